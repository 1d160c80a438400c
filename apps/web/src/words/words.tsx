import type { ReactNode } from 'react'
import { compiledRooms } from './language.ts'
import type { Room } from './locales.ts'
import { MoreWords } from './more-words.tsx'

/** Hands the words of some rooms to the part of a page that lives in the browser; frame and failures are there already. */
export async function Words({ rooms, children }: { rooms: readonly Room[]; children: ReactNode }) {
  return <MoreWords messages={await compiledRooms(rooms)}>{children}</MoreWords>
}
