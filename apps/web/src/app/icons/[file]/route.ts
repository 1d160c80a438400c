import { drawIcon } from '../../../offline/draw-icon.ts'

// Drawn once, when the app is built.
export const dynamic = 'force-static'
export const dynamicParams = false

const ICONS = {
  '180.png': { size: 180, padded: true },
  '192.png': { size: 192, padded: false },
  '512.png': { size: 512, padded: false },
  'maskable-512.png': { size: 512, padded: true },
} as const

export function generateStaticParams() {
  return Object.keys(ICONS).map((file) => ({ file }))
}

export async function GET(_request: Request, { params }: { params: Promise<{ file: string }> }) {
  const { file } = await params
  if (!Object.hasOwn(ICONS, file)) return new Response(null, { status: 404 })
  const { size, padded } = ICONS[file as keyof typeof ICONS]
  return new Response(new Uint8Array(drawIcon(size, padded)), {
    headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=86400' },
  })
}
