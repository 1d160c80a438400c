import { statSync } from 'node:fs'
import { certificatePem, loadPki, type Pki, readCertificate, toPem } from '@gesim/crypto'
import type { ServerOptions } from '@gesim/lpa'
import { notUnderstood, type OptionTable, type Values } from './command.ts'
import { readBytes, reading } from './files.ts'

/** How servers are found and trusted. */
export const SERVER_OPTIONS = {
  ca: {
    type: 'string',
    value: 'FILE',
    many: true,
    means:
      'certificate (PEM or DER), or directory of them, that server certificates must lead to, in place of those of the system',
  },
  map: {
    type: 'string',
    value: 'HOST=URL',
    many: true,
    means: 'where a server is when its address does not lead there',
  },
  insecure: { type: 'boolean', means: 'accept any server certificate: for test peers only' },
  timeout: { type: 'string', value: 'SECONDS', means: 'how long a server may take to answer; default 30' },
} as const satisfies OptionTable

/** The certificates of a file or directory, in PEM. */
export function readAuthorities(path: string): string[] {
  if (reading(path, () => statSync(path)).isDirectory()) {
    const { issuers, certificates } = reading(path, () => loadPki(path))
    return (issuers.length ? issuers : certificates).map(certificatePem)
  }
  const bytes = readBytes(path)
  const text = new TextDecoder().decode(bytes)
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (blocks) return [...blocks]
  // A certificate on another curve, or with RSA, is none that our reader knows, and still one that TLS may trust.
  if (bytes[0] === 0x30) return [toPem('CERTIFICATE', bytes)]
  return [certificatePem(readCertificate(bytes))]
}

/** Reads `HOST=URL`. */
export function readMap(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      const [host, url] = [line.slice(0, at), line.slice(at + 1)]
      if (at < 1 || !/^https?:\/\//.test(url) || !URL.canParse(url))
        throw notUnderstood(
          `--map ${line}: it takes HOST=URL, such as smdp.example.com=https://127.0.0.1:8443`,
        )
      return [host, url]
    }),
  )
}

/** A number of seconds in milliseconds. */
export function milliseconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400)) throw notUnderstood(`--${option} is a number of seconds`)
  return seconds * 1000
}

/** What an LPA needs to know of servers; the issuers of a test PKI are trusted when nothing else is said. */
export function serverOptions(values: Values<typeof SERVER_OPTIONS>, pki?: Pki): ServerOptions {
  const named = values.ca.flatMap(readAuthorities)
  const ca = named.length ? named : pki?.issuers.map(certificatePem)
  const timeoutMs = milliseconds('timeout', values.timeout)
  return {
    hosts: readMap(values.map),
    insecure: values.insecure,
    ...(ca ? { ca } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}
