export type { GesimAccountClient, SponsoredClientOptions } from './account/client.ts'
export { fundingCalls, remainderCall, sponsoredClient } from './account/client.ts'
export type { RecoveryStanding } from './account/recovery.ts'
export { readRecovery, recoveryTypedData } from './account/recovery.ts'
export type { AccountSigner, WebAuthnAssertion, WebAuthnSignerOptions } from './account/signers.ts'
export { ecdsaSigner, webAuthnSigner } from './account/signers.ts'
export type {
  AccountCall,
  DelegatedSmartAccount,
  GesimSmartAccount,
  ToGesimAccountOptions,
} from './account/to-gesim-account.ts'
export {
  accountAddressOf,
  decodeExecute,
  encodeExecute,
  toDelegatedAccount,
  toGesimAccount,
} from './account/to-gesim-account.ts'
