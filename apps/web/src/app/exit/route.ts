import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiUrl } from '../../api/forward.ts'

const PLACE = '<script type="application/json" id="network">null</script>'

/** Where the contracts are does not change while an installation lives: kept for when the API is away. */
let known: string | null = null

/**
 * The page that works without us, as one file: `apps/exit` made it, here the network is named in it. With `?keep` it is a
 * download. It brings its own policy, which this header repeats, since the others' nonces are not for a file.
 */
export async function GET(request: Request) {
  const template = await readFile(join(process.cwd(), '../exit/dist/exit.html'), 'utf8').catch(() => null)
  if (template === null || !template.includes(PLACE)) return new Response(null, { status: 404 })
  const network = await networkJson()
  const page =
    network === null ? template : template.replace(PLACE, () => PLACE.replace('null', () => network))
  const policy =
    /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(template)?.[1] ?? "default-src 'none'"
  return new Response(page, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': `${policy}; frame-ancestors 'none'`,
      ...(new URL(request.url).searchParams.has('keep')
        ? { 'content-disposition': 'attachment; filename="gesim-exit.html"' }
        : {}),
    },
  })
}

async function networkJson(): Promise<string | null> {
  try {
    const response = await fetch(new URL('/v1/network', apiUrl()), {
      cache: 'no-store',
      signal: AbortSignal.timeout(5_000),
    })
    if (!response.ok) return known
    const { chainId, fromBlock, addresses } = (await response.json()) as Record<string, unknown>
    // In data, `<` could end the element.
    known = JSON.stringify({ chainId, fromBlock, addresses }).replaceAll('<', '\\u003c')
  } catch {
    // The page can be told the network by whoever opens it.
  }
  return known
}
