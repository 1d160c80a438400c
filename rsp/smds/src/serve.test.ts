import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, readSettings } from '@gesim/base'
import { makeTestPki } from '@gesim/crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { serveSmds, smdsSettings } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-smds-serve-'))
makeTestPki(directory, { curves: ['nist', 'brainpool'] })
afterAll(() => rmSync(directory, { recursive: true }))
const log = createLog('smds', 'silent')

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

  it('refuses a database without a key', async () => {
    const variables = { SMDS_PKI_DIR: directory, SMDS_DATABASE_URL: 'postgres://localhost/none' }
    await expect(serveSmds(readSettings(smdsSettings, variables), log)).rejects.toThrow(
      'smds.data-key-missing',
    )
  })
})
