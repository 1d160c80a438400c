// Hands a profile package to the simulated carriers of a local stack, for the next order only.
import { readFileSync } from 'node:fs'
import { refuse } from '@gesim/base'
import type { Connection } from './connect.ts'

/** Gives the carriers a template; returns what takes it back. Throws `cli.profile-unreadable`, `cli.profile-refused`. */
export async function lendTemplate(connection: Connection, path: string): Promise<() => Promise<void>> {
  const { stack } = connection
  if (!stack) throw refuse('cli.profile-needs-stack')
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw refuse('cli.profile-unreadable', { file: path }, cause)
  }
  const send = async (method: 'PUT' | 'DELETE') => {
    for (const { name, adminUrl, adminToken } of stack.carriers) {
      const response = await fetch(`${adminUrl}/admin/template`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/octet-stream' },
        body: method === 'PUT' ? new Uint8Array(bytes) : undefined,
      })
      if (response.ok) continue
      const answer = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
      throw refuse('cli.profile-refused', {
        carrier: name,
        file: path,
        code: answer.code,
        why: answer.message,
      })
    }
  }
  await send('PUT')
  return () => send('DELETE')
}
