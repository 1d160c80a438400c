'use client'
import { useEffect, useState } from 'react'
import { Copy } from '../ui/copy.tsx'
import { Qr } from '../ui/qr.tsx'

/** A link of ours for somebody else: as a picture for a phone at the same table, and to copy for one far away. */
export function LinkToShare({
  path,
  label,
  qr,
  testId,
}: {
  path: string
  label: string
  qr: string
  testId: string
}) {
  const [origin, setOrigin] = useState<string | null>(null)
  useEffect(() => setOrigin(location.origin), [])
  if (!origin) return null
  const link = `${origin}${path}`
  return (
    <div className="space-y-3">
      <div className="mx-auto max-w-56">
        <Qr text={link} label={qr} />
      </div>
      <p className="text-caption text-faint">{label}</p>
      <Copy value={link} label={label} testId={testId}>
        {link}
      </Copy>
    </div>
  )
}
