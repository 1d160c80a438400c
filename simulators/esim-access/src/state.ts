import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type SmdpStatus = 'RELEASED' | 'DOWNLOAD' | 'INSTALLATION' | 'ENABLED' | 'DISABLED' | 'DELETED'
type EsimStatus =
  | 'GOT_RESOURCE'
  | 'IN_USE'
  | 'USED_UP'
  | 'USED_EXPIRED'
  | 'UNUSED_EXPIRED'
  | 'CANCEL'
  | 'SUSPENDED'
  | 'REVOKED'

/** One profile of an order, with every identifier that the real interface sends along. */
export interface Profile {
  esimTranNo: string
  orderNo: string
  transactionId: string
  packageCode: string
  imsi: string
  iccid: string
  msisdn: string
  eid: string
  pin: string
  puk: string
  ac: string
  smdpStatus: SmdpStatus
  esimStatus: EsimStatus
  /** Milliseconds since 1970 from which the profile is allocated. */
  allocatedAtMs: number
  price: number
  orderUsage: number
}

interface State {
  balance: number
  /** transactionId to orderNo: a repeated order answers with the first. */
  orders: Record<string, string>
  profiles: Record<string, Profile>
  webhook: string
  drawn: number
}

export interface StateFile {
  readonly state: State
  /** Writes the state so that a crash leaves either the old or the new file, never half of one. */
  save(): void
}

/** Opens the state file, or begins anew with a balance. An empty path keeps the state in memory. */
export function openState(path: string, balance: number): StateFile {
  const state = read(path) ?? { balance, orders: {}, profiles: {}, webhook: '', drawn: 0 }
  return {
    state,
    save() {
      if (path === '') return
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.new`, JSON.stringify(state))
      renameSync(`${path}.new`, path)
    },
  }
}

function read(path: string): State | undefined {
  if (path === '') return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
