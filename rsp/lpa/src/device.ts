import { fromHex, refuse } from '@gesim/base'
import type { DeviceInfo } from '@gesim/sgp22'

const swap = (digits: string) => fromHex(digits.replace(/(.)(.)/g, '$2$1'))

/** A type allocation code of the test range. */
const TEST_TAC = Uint8Array.of(0x35, 0x29, 0x06, 0x11)

/**
 * What a phone says of itself: its IMEI, when a server wants to know it, and what it can do (SGP.22, 4.2). Default: a
 * test type allocation code, LTE and 5G. Throws `lpa.not-imei`.
 */
export function deviceInfo(imei?: string): DeviceInfo {
  if (imei !== undefined && !/^\d{15,16}$/.test(imei)) throw refuse('lpa.not-imei', { digits: imei.length })
  return {
    tac: imei ? swap(imei.slice(0, 8)) : TEST_TAC,
    capabilities: {
      gsm: '5.0.0',
      utran: '14.0.0',
      eutranEpc: '15.0.0',
      nrEpc: '15.0.0',
      nr5gc: '15.0.0',
      rspCrl: '2.2.0',
    },
    ...(imei ? { imei: swap(imei.padEnd(16, 'f')) } : {}),
  }
}
