'use client'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** As long as it takes to mean it; the same as the utility `hold-fill`. */
export const HOLD_MS = 2000

/** A button for what cannot be undone: it must be held, with a finger, the mouse or a key, until it is full. */
export function HoldButton({
  icon,
  press,
  holding,
  working,
  busy,
  disabled,
  onHeld,
  testId,
}: {
  icon: IconName
  press: string
  holding: string
  working: string
  busy: boolean
  disabled: boolean
  onHeld: () => void
  testId: string
}) {
  const [held, setHeld] = useState(false)
  const latest = useRef(onHeld)
  latest.current = onHeld
  useEffect(() => {
    if (!held) return
    const timer = setTimeout(() => {
      setHeld(false)
      latest.current()
    }, HOLD_MS)
    const letGo = () => setHeld(false)
    window.addEventListener('blur', letGo)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('blur', letGo)
    }
  }, [held])
  const key = (down: boolean) => (event: KeyboardEvent) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    setHeld(down)
  }
  return (
    <button
      type="button"
      data-testid={testId}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      onPointerDown={() => setHeld(true)}
      onPointerUp={() => setHeld(false)}
      onPointerLeave={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
      onKeyDown={key(true)}
      onKeyUp={key(false)}
      onContextMenu={(event) => event.preventDefault()}
      className="relative flex min-h-14 w-full touch-none items-center justify-center gap-2 overflow-hidden rounded-full border border-coral bg-surface px-5 font-semibold text-coral select-none disabled:border-line disabled:text-faint"
    >
      {held && <span aria-hidden="true" className="hold-fill absolute inset-0 bg-coral-wash" />}
      <span className="relative flex items-center gap-2">
        <Icon name={busy ? 'refresh' : icon} className={busy ? 'size-5 animate-spin' : 'size-5'} />
        <span aria-live="polite">{busy ? working : held ? holding : press}</span>
      </span>
    </button>
  )
}
