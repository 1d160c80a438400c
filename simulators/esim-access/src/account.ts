import { randomBytes, randomInt } from 'node:crypto'
import { PACKAGES, type Package } from './catalogue.ts'
import type { Profile, SmdpStatus, StateFile } from './state.ts'

/** An answer that is not a success: the code and text of the supplier's error table. */
export class Refusal extends Error {
  readonly errorCode: string
  constructor(errorCode: string, errorMsg: string) {
    super(errorMsg)
    this.errorCode = errorCode
  }
}

interface OrderLine {
  readonly packageCode?: string
  readonly slug?: string
  readonly count: number
  readonly price?: number
}

/** What the account can be asked; every call either answers or throws a `Refusal`. */
export interface Account {
  order(transactionId: string, amount: number | undefined, lines: readonly OrderLine[]): { orderNo: string }
  query(by: { orderNo?: string; iccid?: string; esimTranNo?: string }): readonly Profile[]
  cancel(by: { esimTranNo?: string; iccid?: string }): void
  usage(esimTranNos: readonly string[]): readonly Profile[]
  /** For tests and demonstrations: what a phone or the network would have done. */
  move(esimTranNo: string, smdpStatus: SmdpStatus): Profile
}

/** The account's rules over its kept state: money, stock, order once per transaction id. */
export function openAccount(file: StateFile, allocateMs: number, nowMs: () => number): Account {
  const { state } = file

  function draw(prefix: string): string {
    state.drawn++
    return `${prefix}${String(state.drawn).padStart(10, '0')}`
  }

  function profileOf(by: { esimTranNo?: string; iccid?: string }): Profile {
    const profile = by.esimTranNo
      ? state.profiles[by.esimTranNo]
      : Object.values(state.profiles).find((candidate) => candidate.iccid === by.iccid)
    if (!profile) throw new Refusal('310272', 'the esimTranNo or iccid does not exist')
    return profile
  }

  return {
    order(transactionId, amount, lines) {
      const first = state.orders[transactionId]
      if (first) return { orderNo: first }
      const wanted = lines.flatMap((line) => Array.from({ length: line.count }, () => packageOf(line)))
      const price = wanted.reduce((sum, one) => sum + one.price, 0)
      for (const line of lines)
        if (line.price !== undefined && line.price !== packageOf(line).price)
          throw new Refusal('200005', 'the package price error')
      if (amount !== undefined && amount !== price)
        throw new Refusal('200006', 'the order total amount wrong')
      if (price > state.balance) throw new Refusal('200007', 'Insufficient account balance')
      const orderNo = draw('B')
      for (const one of wanted) addProfile(one, orderNo, transactionId)
      state.balance -= price
      state.orders[transactionId] = orderNo
      file.save()
      return { orderNo }
    },

    query(by) {
      const found = Object.values(state.profiles).filter(
        (profile) =>
          profile.orderNo === by.orderNo ||
          profile.iccid === by.iccid ||
          profile.esimTranNo === by.esimTranNo,
      )
      if (found.length === 0) throw new Refusal('310251', 'the order does not exist')
      if (found.some((profile) => profile.allocatedAtMs > nowMs()))
        throw new Refusal('200010', 'SM-DP+ is still allocating profiles for the order')
      return found
    },

    cancel(by) {
      const profile = profileOf(by)
      if (profile.esimStatus !== 'GOT_RESOURCE' || profile.smdpStatus !== 'RELEASED')
        throw new Refusal('200002', 'this operation is not allowed for the status of the order')
      profile.esimStatus = 'CANCEL'
      state.balance += profile.price
      file.save()
    },

    usage(esimTranNos) {
      return esimTranNos.map((esimTranNo) => profileOf({ esimTranNo }))
    },

    move(esimTranNo, smdpStatus) {
      const profile = profileOf({ esimTranNo })
      profile.smdpStatus = smdpStatus
      if (smdpStatus === 'ENABLED') profile.esimStatus = 'IN_USE'
      if (smdpStatus !== 'RELEASED' && profile.eid === '') profile.eid = `8904903200${digits(22)}`
      file.save()
      return profile
    },
  }

  function addProfile(one: Package, orderNo: string, transactionId: string): void {
    const esimTranNo = draw('T')
    state.profiles[esimTranNo] = {
      esimTranNo,
      orderNo,
      transactionId,
      packageCode: one.packageCode,
      imsi: `00101${digits(10)}`,
      iccid: `8988303${digits(12)}`,
      msisdn: `34${digits(9)}`,
      eid: '',
      pin: digits(4),
      puk: digits(8),
      ac: `LPA:1$rsp.esim-access.invalid$${randomBytes(16).toString('hex').toUpperCase()}`,
      smdpStatus: 'RELEASED',
      esimStatus: 'GOT_RESOURCE',
      allocatedAtMs: nowMs() + allocateMs,
      price: one.price,
      orderUsage: 0,
    }
  }
}

function packageOf(line: OrderLine): Package {
  const found = PACKAGES.find((one) => one.packageCode === line.packageCode || one.slug === line.slug)
  if (!found) throw new Refusal('310241', 'the packageCode does not exist')
  return found
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('')
}
