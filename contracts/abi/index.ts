export type { Addresses } from './addresses.ts'
export { ENTRYPOINT_V08, LOCAL_CHAIN_ID, PAYMASTER_KIND } from './addresses.ts'
export {
  attestorRegistryAbi,
  carrierRegistryAbi,
  complianceHookAbi,
  erc7913P256VerifierAbi,
  erc7913WebAuthnVerifierAbi,
  gesimAccountAbi,
  gesimAccountFactoryAbi,
  gesimIdentityAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  localPriceFeedAbi,
  localSanctionsListAbi,
  operationProbeAbi,
  operationProbeCode,
  payOnUsageAbi,
  priceOracleAbi,
  settlementAbi,
  testUsdcAbi,
} from './generated/index.ts'
