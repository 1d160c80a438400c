import type { NextRequest } from 'next/server'

/** Where the node's HTTP API listens, read at request time: ports are chosen when the stack starts. */
export function apiUrl(): string {
  return process.env.GESIM_API_URL ?? 'http://127.0.0.1:8787'
}

// RFC 9110 7.6.1: these belong to one connection. The length and the coding change because fetch decodes the body.
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'expect',
]

const MOST_BODY_BYTES = 1_048_576

/** Hands a request to the node as it is and streams the answer back: the browser stays on one origin, SSE included. */
export async function forward(request: NextRequest): Promise<Response> {
  const target = new URL(request.nextUrl.pathname + request.nextUrl.search, apiUrl())
  const headers = without(request.headers)
  headers.set('x-forwarded-host', request.headers.get('host') ?? '')
  headers.set(
    'x-forwarded-proto',
    request.headers.get('x-forwarded-proto') ?? request.nextUrl.protocol.replace(':', ''),
  )
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const body = hasBody ? await request.arrayBuffer() : undefined
  if (body && body.byteLength > MOST_BODY_BYTES)
    return problem(
      413,
      'web.body-too-large',
      'This request is larger than anything GeSIM needs.',
      'Send less at once.',
    )
  let answer: Response
  try {
    answer = await fetch(target, {
      method: request.method,
      headers,
      body: body && body.byteLength > 0 ? body : undefined,
      redirect: 'manual',
      cache: 'no-store',
      signal: request.signal,
    })
  } catch {
    return problem(
      503,
      'web.api-unreachable',
      'GeSIM does not answer right now. Nothing was charged or changed.',
      'Try again in a moment.',
    )
  }
  const back = without(answer.headers)
  back.delete('set-cookie')
  for (const cookie of answer.headers.getSetCookie()) back.append('set-cookie', cookie)
  // `no-transform` keeps the server's compression from holding events back until a block is full.
  if (answer.headers.get('content-type')?.startsWith('text/event-stream'))
    back.set('cache-control', 'no-cache, no-transform')
  else if (!back.has('cache-control')) back.set('cache-control', 'no-store')
  const empty = answer.status === 204 || answer.status === 304 || request.method === 'HEAD'
  return new Response(empty ? null : answer.body, { status: answer.status, headers: back })
}

function without(source: Headers): Headers {
  const headers = new Headers(source)
  for (const name of HOP_BY_HOP) headers.delete(name)
  return headers
}

function problem(status: number, code: string, message: string, remedy: string): Response {
  return Response.json(
    { status, code, message, remedy },
    { status, headers: { 'cache-control': 'no-store' } },
  )
}
