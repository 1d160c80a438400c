import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import type { OpenChain } from '@gesim/contracts/reading'
import { paymentAheadDigest, type UsdcDomain } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { BaseError, ContractFunctionRevertedError, ContractFunctionZeroDataError, type Hex } from 'viem'
import type { IntentsChain } from '../ports.ts'

/** `IntentState.None` of the escrow. */
const UNKNOWN = 0
/** What ERC-1271 answers where a signature holds. */
const HOLDS = '0x1626ba7e'
const ERC1271_ABI = [
  {
    type: 'function',
    name: 'isValidSignature',
    stateMutability: 'view',
    inputs: [{ type: 'bytes32' }, { type: 'bytes' }],
    outputs: [{ type: 'bytes4' }],
  },
] as const

/** Reads what the chain says of payments that were signed ahead, as USDC itself would judge them. */
export function paymentAheadReader(
  { client, asked }: OpenChain,
  { chainId, addresses }: ChainSettings,
): IntentsChain['paymentAhead'] {
  const usdc = { address: addresses.usdc, abi: testUsdcAbi } as const
  let domain: Promise<UsdcDomain> | undefined

  async function readDomain(): Promise<UsdcDomain> {
    const [name, version] = await Promise.all([
      client.readContract({ ...usdc, functionName: 'name' }),
      client.readContract({ ...usdc, functionName: 'version' }),
    ])
    return { name, version, chainId, verifyingContract: addresses.usdc }
  }

  async function isSigned(account: Hex, digest: Hex, signature: Hex): Promise<boolean> {
    try {
      const answer = await client.readContract({
        address: account,
        abi: ERC1271_ABI,
        functionName: 'isValidSignature',
        args: [digest, signature],
      })
      return answer === HOLDS
    } catch (error) {
      // Code that reverts or answers nothing says no; a node that cannot be asked says nothing.
      const saysNo = (each: unknown) =>
        each instanceof ContractFunctionRevertedError || each instanceof ContractFunctionZeroDataError
      if (error instanceof BaseError && error.walk(saysNo)) return false
      throw error
    }
  }

  return async (payment, signature) => {
    domain ??= asked(readDomain()).catch((error) => {
      domain = undefined
      throw error
    })
    const digest = paymentAheadDigest(await domain, { ...payment, escrow: addresses.escrow })
    const { payer, intentId } = payment
    const [code, used, balanceMicros] = await asked(
      Promise.all([
        client.getCode({ address: payer }),
        client.readContract({ ...usdc, functionName: 'authorizationState', args: [payer, intentId] }),
        client.readContract({ ...usdc, functionName: 'balanceOf', args: [payer] }),
      ]),
    )
    // Asked after USDC: a payment that is made in between is not taken for one that was made void.
    const intent = await asked(
      client.readContract({
        address: addresses.escrow,
        abi: intentEscrowAbi,
        functionName: 'intentOf',
        args: [intentId],
      }),
    )
    const isDeployed = code !== undefined && code !== '0x'
    return {
      isDeployed,
      isSigned: isDeployed && (await asked(isSigned(payer, digest, signature))),
      isUsed: used,
      isPaid: Number(intent.state) !== UNKNOWN,
      balanceMicros,
    }
  }
}
