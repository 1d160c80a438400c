import { createHash } from 'node:crypto'
import { unreachable } from '@gesim/base'
import { openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import { erc20Abi } from 'viem'
import type { Ramp } from './ports.ts'

/** Amounts that end so are refused by the sandbox's bank, to see a failure after the money was sent. */
const REFUSED_ENDING = 13n

const FEE_BPS = 50n

/**
 * In the place of an off-ramp provider, named so: no fiat moves. An order is paid as soon as its USDC have arrived at its
 * deposit address. It remembers nothing: orders follow from their keys, and the rest is on the chain, so it survives any
 * restart. A real provider is another adapter behind the same port; this one is never used off a local chain.
 */
export function sandboxRamp(chain: { readonly rpcUrl: string; readonly usdc: Hex }): Ramp {
  const { client, asked } = openChain(chain.rpcUrl, (cause) =>
    unreachable('treasury.ramp-unreachable', {}, cause),
  )
  return {
    name: 'sandbox',
    async order({ key, amountMicros }) {
      const orderId = `sandbox-${key}-${amountMicros}`
      return {
        orderId,
        depositAddress: depositAddressOf(orderId),
        feeMicros: (amountMicros * FEE_BPS) / 10_000n,
      }
    },
    async status(orderId) {
      const amountMicros = BigInt(orderId.slice(orderId.lastIndexOf('-') + 1))
      const arrived = await asked(
        client.readContract({
          address: chain.usdc,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [depositAddressOf(orderId)],
        }),
      )
      if (arrived < amountMicros) return { kind: 'pending' }
      if (amountMicros % 100n === REFUSED_ENDING)
        return { kind: 'failed', why: 'The sandbox bank refuses amounts that end in 13.' }
      return { kind: 'paid', reference: `SB${depositAddressOf(orderId).slice(2, 14).toUpperCase()}` }
    },
  }
}

/** An address of its own for each order, of which nobody has the key. */
function depositAddressOf(orderId: string): Hex {
  return `0x${createHash('sha256').update(`gesim sandbox ramp ${orderId}`).digest('hex').slice(0, 40)}`
}
