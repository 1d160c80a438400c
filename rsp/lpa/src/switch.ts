import { isFailure, sleepMs } from '@gesim/base'
import { DISABLE_RESULTS, ENABLE_RESULTS, type Iccid, writeSwitchRequest } from '@gesim/sgp22'
import type { IsdrChannel } from './card.ts'
import { Isdr } from './isdr.ts'

/** What is done with a profile. */
export type Switch = 'enable' | 'disable'

/** How long a busy card is waited for. */
export interface Patience {
  /** Attempts after the first one. */
  readonly busyRetries: number
  readonly busyWaitMs: number
}

const FUNCTION = {
  enable: { name: 'EnableProfile', results: ENABLE_RESULTS },
  disable: { name: 'DisableProfile', results: DISABLE_RESULTS },
} as const

const hasResult = (error: unknown, result: string) =>
  isFailure(error, 'lpa.function-refused') && error.facts.result === result

/**
 * Switches a profile and sees to the REFRESH. A card in a toolkit session is busy (SGP.22, 5.7.16): it is asked again
 * for a while, then once the other way, with the REFRESH left to the phone or left to the card. One that only says
 * "undefined error" is asked the other way at once: there are cards that cannot switch with the REFRESH of their own.
 */
export async function switchProfile(
  channel: IsdrChannel,
  what: Switch,
  wish: { readonly iccid: Iccid; readonly refresh: boolean },
  patience: Patience,
): Promise<void> {
  const { name, results } = FUNCTION[what]
  const isdr = new Isdr(channel)
  const ask = (refresh: boolean) =>
    isdr.change(name, writeSwitchRequest(what, { iccid: wish.iccid }, refresh), results)
  let refusal: unknown
  for (let attempt = 0; attempt <= patience.busyRetries; attempt++) {
    if (attempt > 0) await sleepMs(patience.busyWaitMs)
    try {
      await ask(wish.refresh)
      return await channel.refresh()
    } catch (error) {
      const isUndefined = hasResult(error, 'undefinedError')
      if (!isUndefined && !hasResult(error, 'catBusy')) throw error
      refusal = error
      if (isUndefined) break
    }
  }
  try {
    await ask(!wish.refresh)
    await channel.refresh({ always: true })
  } catch {
    throw refusal
  }
}

/** Whether a profile is as it was wished. */
export async function isSwitched(channel: IsdrChannel, what: Switch, iccid: Iccid): Promise<boolean> {
  const found = (await new Isdr(channel).profiles()).find((profile) => profile.iccid === iccid)
  return found !== undefined && (found.enabled ?? false) === (what === 'enable')
}
