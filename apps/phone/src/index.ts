export { phoneFailures } from './failures.ts'
export type { DownloadRequest, Phone, PhoneOptions } from './phone.ts'
export { createPhone } from './phone.ts'
export type { ServedPhone } from './server.ts'
export { servePhone } from './server.ts'
export { phoneSettings } from './settings.ts'
export type {
  Download,
  DownloadStep,
  PhoneState,
  ShownFailure,
  ShownLine,
  ShownProfile,
  ShownPurchase,
  ShownTraffic,
} from './words.ts'
