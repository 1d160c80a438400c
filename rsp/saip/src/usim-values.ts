import type { AkaAlgorithm } from './elements.ts'

/** What makes one subscription of a USIM profile. */
export interface UsimValues {
  /** 18 to 20 digits. */
  readonly iccid: string
  /** 6 to 15 digits: MCC, MNC, subscriber. */
  readonly imsi: string
  /** 16 bytes (TUAK: 16 or 32). Secret. */
  readonly ki: Uint8Array
  /** OPc, 16 bytes; for TUAK TOPc, 32 bytes. Secret. */
  readonly opc: Uint8Array
  /** Digits of the MNC, 2 or 3. Default 2. */
  readonly mncDigits?: 2 | 3
  readonly serviceProviderName: string
  /** Name of the profile's type in its header. Default `GeSIM USIM`. */
  readonly profileType?: string
  /** The subscriber's number, `+` first when international. */
  readonly msisdn?: string
  readonly algorithm?: Exclude<AkaAlgorithm, 'usim-test'>
  /** 4 to 8 digits; the PIN is installed disabled. Defaults: 0000, 0000, 12345678, 12345678, 88888888. */
  readonly pin1?: string
  readonly pin2?: string
  readonly puk1?: string
  readonly puk2?: string
  readonly adm1?: string
}
