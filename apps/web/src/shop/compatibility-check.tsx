'use client'
import { useEffect, useState } from 'react'
import { Icon } from '../ui/icon.tsx'
import { type Compatibility, compatibilityOf } from './compatibility.ts'

const ANSWERS: Readonly<Record<Compatibility, { title: string; says: string }>> = {
  works: {
    title: 'This phone can use eSIMs',
    says: 'Only a carrier lock could still be in the way; see below.',
  },
  check: {
    title: 'Check your phone',
    says: 'From here we cannot tell whether your phone takes eSIMs.',
  },
  no: {
    title: 'This device cannot install an eSIM',
    says: 'Buy here and install on a phone: you get a code and a picture to scan.',
  },
}

/** An honest answer about the device in hand, and how to be sure. Nothing about the device leaves it. */
export function CompatibilityCheck() {
  const [answer, setAnswer] = useState<Compatibility>('check')
  useEffect(() => {
    setAnswer(compatibilityOf(navigator.userAgent, navigator.maxTouchPoints))
  }, [])
  const { title, says } = ANSWERS[answer]
  return (
    <details
      className="group mt-8 rounded-card bg-sunken p-5"
      data-testid="compatibility"
      data-answer={answer}
    >
      <summary className="flex list-none items-start gap-3 rounded-chip">
        <Icon name="phone" className="mt-0.5 size-5 text-sea" />
        <span className="flex-1">
          <span className="block text-small font-semibold">{title}</span>
          <span className="block text-small text-soft">{says}</span>
        </span>
        <Icon
          name="chevron"
          className="mt-0.5 size-5 text-faint transition-transform group-open:rotate-180"
        />
      </summary>
      <ul className="mt-4 list-disc space-y-2 pl-12 text-small text-soft">
        <li>
          Dial <span className="font-mono text-ink">*#06#</span>: if an “EID” is shown, the phone has an eSIM.
        </li>
        <li>iPhone: Settings, General, About. “Carrier Lock” must say “No SIM restrictions”.</li>
        <li>Android: Settings, Network, SIMs. There must be “Add eSIM” or “Download a SIM”.</li>
        <li>You need Wi-Fi once, for the installation. A hotel’s log-in page must be passed first.</li>
      </ul>
    </details>
  )
}
