import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const FILE = /^[a-z]{2}\.svg$/

/** A round flag by country code, so that a page loads only the flags it shows and asks nobody else for them. */
export async function GET(_request: Request, { params }: { params: Promise<{ file: string }> }) {
  const { file } = await params
  if (!FILE.test(file)) return new Response(null, { status: 404 })
  try {
    const svg = await readFile(join(process.cwd(), '../../node_modules/circle-flags/flags', file), 'utf8')
    return new Response(svg, {
      headers: {
        'content-type': 'image/svg+xml',
        'cache-control': 'public, max-age=31536000, immutable',
        // The file is shown as an image; opened by itself it may still run nothing.
        'content-security-policy': "default-src 'none'; sandbox",
      },
    })
  } catch {
    return new Response(null, { status: 404 })
  }
}
