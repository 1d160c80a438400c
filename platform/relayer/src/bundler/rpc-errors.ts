/** Codes of ERC-7769, the RPC of ERC-4337. */
export const RPC_CODE = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  rejectedByEntryPoint: -32500,
  rejectedByPaymaster: -32501,
  outOfTimeRange: -32503,
  throttled: -32504,
  signature: -32507,
  executionReverted: -32521,
  notSponsored: -32001,
} as const

/** The code for a rejection by its AA code. */
export function codeOfRejection(reason: string): number {
  const aa = /^AA(\d\d)/.exec(reason)?.[1]
  if (aa === '24' || aa === '34') return RPC_CODE.signature
  if (aa === '22' || aa === '32') return RPC_CODE.outOfTimeRange
  return aa?.startsWith('3') ? RPC_CODE.rejectedByPaymaster : RPC_CODE.rejectedByEntryPoint
}
