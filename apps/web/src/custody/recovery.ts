import { refuse, toHex, utf8 } from '@gesim/base'
import { sha256 } from '@noble/hashes/sha2.js'

/** What the traveller keeps: one share of three, useless alone. */
export interface RecoveryShare {
  readonly account: `0x${string}`
  readonly owner: `0x${string}`
  readonly share: string
}

const PREFIX = 'gesim-recovery'

/** One line for a QR code or a note: version, account, owner, share, checksum. */
export function recoveryLine({ account, owner, share }: RecoveryShare): string {
  const body = [PREFIX, '1', account.toLowerCase(), owner.toLowerCase(), share].join(':')
  return `${body}:${checksum(body)}`
}

/** The file that is offered for keeping: words for whoever finds it in five years, then the line. */
export function recoveryFile(recovery: RecoveryShare, words: string): string {
  return ['GeSIM', '', words, '', recoveryLine(recovery), ''].join('\n')
}

/** Finds the recovery line in a file, a scanned code or pasted text. Throws `web.not-a-recovery-file`. */
export function readRecovery(text: string): RecoveryShare {
  const line = text
    .split(/\s+/)
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${PREFIX}:`))
  const match =
    /^(gesim-recovery:1:(0x[0-9a-f]{40}):(0x[0-9a-f]{40}):([A-Za-z0-9_-]{16,64})):([0-9a-f]{8})$/.exec(
      line ?? '',
    )
  if (!match || checksum(match[1]!) !== match[5]) throw refuse('web.not-a-recovery-file')
  return { account: match[2] as `0x${string}`, owner: match[3] as `0x${string}`, share: match[4]! }
}

function checksum(body: string): string {
  return toHex(sha256(utf8(body)).slice(0, 4))
}
