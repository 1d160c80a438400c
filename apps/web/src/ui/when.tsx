'use client'
import { useSyncExternalStore } from 'react'
import { useLocale } from 'use-intl/react'
import { MOMENTS } from '../words/format.ts'

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
  form?: keyof typeof MOMENTS
  className?: string
}) {
  const locale = useLocale()
  const alive = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      data-form={form}
      className={`figures whitespace-nowrap ${className}`}
    >
      {MOMENTS[form](atMs, alive ? undefined : 'UTC', locale)}
    </time>
  )
}
