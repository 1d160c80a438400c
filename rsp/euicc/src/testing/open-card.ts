import { concatBytes } from '@gesim/base'
import type { Pki, Random } from '@gesim/crypto'
import { readCommand, StatusWord } from '../apdu.ts'
import type { SoftwareCard } from '../card.ts'
import { openIsdr } from '../isdr/open-isdr.ts'
import { StoreData } from '../isdr/store-data.ts'
import { freshState, memoryState } from '../state.ts'

export interface OpenCard {
  readonly card: SoftwareCard
  /** Keeps session and memory as they are; each call of what it gives puts the card back there. */
  keep(): () => void
}

/**
 * The root security domain of a card on its basic channel, whose session can be kept and put back: thousands of
 * damaged packages for one mutual authentication.
 */
export function openCard(pki: Pki, random: Random): OpenCard {
  const store = memoryState(freshState())
  const isdr = openIsdr(
    { pki, state: store, random },
    { profilesSwitched: () => undefined, isToolkitBusy: () => false },
  )
  const storeData = new StoreData(isdr)
  const answer = (sw: number, data = new Uint8Array()) => concatBytes(data, Uint8Array.of(sw >> 8, sw & 0xff))
  const card: SoftwareCard = {
    eid: isdr.credentials.eid,
    async transmit(apdu) {
      try {
        return answer(0x9000, Uint8Array.from(storeData.take(readCommand(apdu))))
      } catch (error) {
        if (error instanceof StatusWord) return answer(error.sw)
        throw error
      }
    },
    reset: () => {
      isdr.session = undefined
      storeData.reset()
    },
  }
  return {
    card,
    keep() {
      const { authenticated, prepared } = isdr.session!
      const { state } = isdr.memory
      return () => {
        store.save(state)
        isdr.memory.rollback()
        storeData.reset()
        isdr.session = { authenticated, prepared }
      }
    },
  }
}
