import type { EntitlementProof } from '@gesim/wire'
import type { Stack } from './start-stack.ts'

/** Calls the node as a carrier, with a key that the operator made for it. */
export async function asCarrier(stack: Stack, carrierId: number, books: number[]) {
  const { nodeUrl } = stack.read()
  const json = { 'content-type': 'application/json' }
  const made = await fetch(`${nodeUrl}/v1/developer/keys`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name: 'a carrier that asks', role: 'carrier', carrierId, books }),
  })
  const { secret } = (await made.json()) as { secret: string }
  const headers = { ...json, authorization: `Bearer ${secret}` }
  return {
    ask: async (account: string, purpose: string) => {
      const body = JSON.stringify({ account, purpose })
      const answer = await fetch(`${nodeUrl}/v1/entitlements/questions`, { method: 'POST', headers, body })
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
      return (await answer.json()) as Pick<EntitlementProof, 'question'> & { code: string; path: string }
    },
    result: async (nonce: string) => {
      const answer = await fetch(`${nodeUrl}/v1/entitlements/answers/${nonce}`, { headers })
      return (await answer.json()) as { state: string; proof: EntitlementProof | null }
    },
  }
}
