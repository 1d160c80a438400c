// Remote SIM provisioning beside Node's own cryptography.
import type { Row } from './row.ts'
import { installRow } from './rsp-card.ts'
import { serverRows } from './rsp-server.ts'
import { wireRows } from './rsp-wire.ts'
import { benchPki } from './rsp-world.ts'

export async function rsp(): Promise<Row[]> {
  const pki = benchPki()
  return [...(await serverRows(pki)), await installRow(pki), ...(await wireRows())]
}
