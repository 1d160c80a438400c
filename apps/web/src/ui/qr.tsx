import encodeQR from 'qr'

/**
 * A QR code as one SVG path. Dark on white with its quiet zone in both themes: scanners expect it so
 * (ISO/IEC 18004, 6.3.8).
 */
export function Qr({ text, label, testId }: { text: string; label: string; testId?: string }) {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg
      role="img"
      aria-label={label}
      data-testid={testId}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      className="mx-auto aspect-square w-full max-w-72 rounded-card bg-white"
    >
      <path d={path} fill="#000000" />
    </svg>
  )
}
