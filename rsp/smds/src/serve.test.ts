import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { createLog, readSettings } from '@gesim/base'
import { makeTestPki } from '@gesim/crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { serveSmds, smdsSettings } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-smds-serve-'))
makeTestPki(directory, { curves: ['nist', 'brainpool'] })
afterAll(() => rmSync(directory, { recursive: true }))
const log = createLog('smds', 'silent')

/** The serial number of the certificate that a port shows to a new connection. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()!.serialNumber)
      socket.destroy()
    }).on('error', reject)
  })
}

describe('a server from settings', () => {
  it('opens what is set and says where', async () => {
    const variables = {
      SMDS_PKI_DIR: directory,
      SMDS_PORT: '0',
      SMDS_HTTP_PORT: '0',
      SMDS_BRAINPOOL_PORT: '0',
    }
    const smds = await serveSmds(readSettings(smdsSettings, variables), log)
    try {
      expect(smds.ports).toHaveLength(3)
      expect(smds.smdsAddress).toBe(`localhost:${smds.ports[0]}`)
      expect(smds.summary).toMatchObject({ name: 'smds', port: smds.ports[0] })
    } finally {
      await smds.stop()
    }
  })

  it('shows another certificate when it is told to look, as by SIGHUP, and keeps it when the next is no good', async () => {
    const own = mkdtempSync(join(tmpdir(), 'gesim-smds-reload-'))
    makeTestPki(own)
    const variables = { SMDS_PKI_DIR: own, SMDS_PORT: '0' }
    const smds = await serveSmds(readSettings(smdsSettings, variables), log)
    try {
      const port = smds.ports[0]!
      const before = await shown(port)
      makeTestPki(own)
      await smds.reload!()
      const after = await shown(port)
      expect(after).not.toBe(before)
      const path = join(own, 'DStls', 'CERT_S_SM_DS_TLS_NIST.pem')
      const good = readFileSync(path)
      writeFileSync(path, good.subarray(0, 40))
      await expect(smds.reload!()).rejects.toThrow('crypto.pki-')
      expect(await shown(port)).toBe(after)
    } finally {
      await smds.stop()
      rmSync(own, { recursive: true })
    }
  })

  it('refuses a database without a key', async () => {
    const variables = { SMDS_PKI_DIR: directory, SMDS_DATABASE_URL: 'postgres://localhost/none' }
    await expect(serveSmds(readSettings(smdsSettings, variables), log)).rejects.toThrow(
      'smds.data-key-missing',
    )
  })
})
