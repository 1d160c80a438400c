'use client'
import { useSyncExternalStore } from 'react'
import { clockTime, dayAndTime, dayOf } from '../words/format.ts'

const FORMS = {
  both: dayAndTime,
  day: dayOf,
  time: (atMs: number, zone?: string) => clockTime(atMs, false, zone),
  seconds: (atMs: number, zone?: string) => clockTime(atMs, true, zone),
} as const

const never = () => () => undefined

/**
 * A moment on one line, in the reader's time zone. The server draws it in UTC, because it cannot know the zone; the
 * browser sets it right as soon as it is alive.
 */
export function When({
  atMs,
  form = 'both',
  className = '',
}: {
  atMs: number
  form?: keyof typeof FORMS
  className?: string
}) {
  const alive = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return (
    <time dateTime={new Date(atMs).toISOString()} className={`figures whitespace-nowrap ${className}`}>
      {FORMS[form](atMs, alive ? undefined : 'UTC')}
    </time>
  )
}
