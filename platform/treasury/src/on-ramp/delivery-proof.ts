import { unreachable } from '@gesim/base'
import { openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import { erc20Abi, parseEventLogs, TransactionReceiptNotFoundError } from 'viem'
import type { DeliveryProof } from './ports.ts'

/** Looks for the transfer in the receipt of the transaction. */
export function chainDeliveries(chain: { readonly rpcUrl: string; readonly usdc: Hex }): DeliveryProof {
  const { client } = openChain(chain.rpcUrl, (cause) => unreachable('treasury.chain-unreachable', {}, cause))
  const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  return {
    async holds({ txHash, account, amountMicros }) {
      try {
        const { status, logs } = await client.getTransactionReceipt({ hash: txHash })
        if (status !== 'success') return false
        const moved = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs })
          .filter((log) => isSame(log.address, chain.usdc) && isSame(log.args.to, account))
          .reduce((sum, log) => sum + log.args.value, 0n)
        return moved >= amountMicros
      } catch (error) {
        if (error instanceof TransactionReceiptNotFoundError) return false
        throw unreachable('treasury.chain-unreachable', {}, error)
      }
    },
  }
}
