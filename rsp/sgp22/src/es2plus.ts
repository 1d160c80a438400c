import { iccidPadded, parseEid, parseIccid } from './identifiers.ts'
import { anything, count, flag, optional, parsed, rspFunction, text } from './members.ts'

const iccid = parsed(parseIccid, iccidPadded)
const eid = parsed(parseEid)
// Empty: the order is found by the EID alone, on the default SM-DP+.
const matchingId = text(255, /^[A-Z0-9-]*$/)
const profileType = text(255, /^[\x20-\x7e]+$/)

/** What an operator asks of an SM-DP+ (SGP.22 section 5.3), and what it is told in return. */
export const ES2PLUS = {
  downloadOrder: rspFunction(
    'es2plus',
    'downloadOrder',
    { eid: optional(eid), iccid: optional(iccid), profileType: optional(profileType) },
    { iccid },
  ),
  confirmOrder: rspFunction(
    'es2plus',
    'confirmOrder',
    {
      iccid,
      eid: optional(eid),
      matchingId: optional(matchingId),
      confirmationCode: optional(text(64)),
      smdsAddress: optional(text(255, /^[A-Za-z0-9.-]+(?::\d{1,5})?$/)),
      releaseFlag: flag,
    },
    { eid: optional(eid), matchingId: optional(matchingId), smdpAddress: optional(text(255)) },
  ),
  cancelOrder: rspFunction(
    'es2plus',
    'cancelOrder',
    {
      iccid,
      eid: optional(eid),
      matchingId: optional(matchingId),
      finalProfileStatusIndicator: text(16, /^(?:Available|Unavailable)$/),
    },
    {},
  ),
  releaseProfile: rspFunction('es2plus', 'releaseProfile', { iccid }, {}),
  handleDownloadProgressInfo: rspFunction(
    'es2plus',
    'handleDownloadProgressInfo',
    {
      eid: optional(eid),
      iccid,
      profileType,
      timestamp: text(32),
      notificationPointId: count,
      /** `status` and, when it failed, `statusCodeData`, as in a header. */
      notificationPointStatus: anything,
      /** The signed result of the card, in base64. */
      resultData: optional(text(4 << 20)),
    },
    {},
    true,
  ),
} as const

export type Es2plusFunction = keyof typeof ES2PLUS

/** Where in a download an operator is told (SGP.22 section 5.3.5). */
export const NOTIFICATION_POINT = {
  eligibilityCheck: 1,
  confirmationFailure: 2,
  packageDownload: 3,
  packageInstallation: 4,
} as const
