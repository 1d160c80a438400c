import { carrierRegistryAbi } from '@gesim/contracts'
import { addresses, chainClient } from './network.ts'

/**
 * The carriers of these books, by the number that each has in the public register: a carrier may have several books, and by
 * its number it is the same everywhere. Rejects where the chain does not answer.
 */
export async function carrierNumbers(books: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const [client, { carrierRegistry }] = await Promise.all([chainClient(), addresses()])
  const found = await Promise.all(
    [...new Set(books)].map(async (book) => {
      const number = await client.readContract({
        address: carrierRegistry,
        abi: carrierRegistryAbi,
        functionName: 'carrierOf',
        args: [book],
      })
      return [book, number] as const
    }),
  )
  return new Map(found)
}
