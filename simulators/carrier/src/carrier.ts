import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Clock, type Log, type SettingsOf, systemClock, toBase64, toHex } from '@gesim/base'
import { certificateIssuers, certificatePem, loadPki } from '@gesim/crypto'
import { domainOf } from '@gesim/proofs'
import { createRspListener } from '@gesim/sgp22'
import { privateKeyToAccount } from 'viem/accounts'
import { chainReader } from './chain.ts'
import type { Fault } from './faults.ts'
import { httpServer } from './http.ts'
import { nodeClient } from './node-client.ts'
import { es2plusEndpoints, statusOf } from './orders.ts'
import type { Parts } from './parts.ts'
import { runService } from './service.ts'
import type { carrierSettings } from './settings.ts'
import { smdpClient } from './smdp-client.ts'
import { openState, type State } from './state.ts'
import { requireTemplate } from './subscriber.ts'

/** A running carrier. */
export interface RunningCarrier {
  readonly name: string
  readonly book: number
  readonly es2plusUrl: string
  readonly radioUrl: string
  readonly adminUrl: string
  close(): Promise<void>
}

/** Starts a simulated carrier: ES2+ with mutual TLS, the radio, and its back office. */
export async function startCarrier(
  settings: SettingsOf<typeof carrierSettings>,
  log: Log,
  clock: Clock = systemClock,
): Promise<RunningCarrier> {
  const pki = loadPki(settings.pkiDir)
  const file = (name: string) => readFileSync(join(settings.pkiDir, 'Operators', name), 'utf8')
  const operators = file('CERT_CA_OPERATORS.pem')
  const cert = file(`CERT_OPERATOR_${settings.name}.pem`)
  const key = file(`SK_OPERATOR_${settings.name}.pem`)
  const servers = pki.issuers.map((issuer) => certificatePem(issuer))
  const ending = new AbortController()
  const fault: Fault = { mode: 'none', delayMs: 0 }
  const state = openState(settings.stateFile, () => fresh(settings))
  const parts: Parts = {
    settings,
    log,
    clock,
    file: state,
    smdp: smdpClient({ url: settings.smdpUrl, id: settings.id, ca: servers.join('\n'), cert, key }),
    node: nodeClient(settings.nodeUrl, settings.apiKey),
    chain: chainReader(settings.rpcUrl, settings.escrow),
    domain: domainOf(settings.chainId, settings.escrow),
    provisioning: privateKeyToAccount(settings.provisioningKey),
    usage: privateKeyToAccount(settings.usageKey),
    issuers: certificateIssuers(pki.issuers),
    fault,
    signal: ending.signal,
  }

  const callers = {
    operators: [operators],
    servers,
    customerId: settings.customerId,
    nowMs: () => clock.nowMs(),
  }
  const es2plus = createServer(
    // The certificate is asked for and judged by function: a notice of the SM-DP+ comes with one of another authority.
    {
      cert,
      key,
      ca: [operators, ...servers],
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    createRspListener({
      endpoints: es2plusEndpoints(parts, callers),
      statusOf(error) {
        log.warn('an ES2+ call was refused', { error })
        return statusOf(error)
      },
      onFault: (error, path) => log.error('an ES2+ call failed', { route: path, error }),
    }),
  )
  await new Promise<void>((resolve, reject) => {
    es2plus.once('error', reject)
    es2plus.listen(settings.es2plusPort, '127.0.0.1', resolve)
  })
  const http = httpServer(parts)
  const httpUrl = await http.listen({ host: '127.0.0.1', port: settings.radioPort })
  const service = runService(parts)

  return {
    name: settings.name,
    book: settings.book,
    es2plusUrl: `https://127.0.0.1:${(es2plus.address() as AddressInfo).port}`,
    radioUrl: `${httpUrl}/radio`,
    adminUrl: httpUrl,
    async close() {
      ending.abort(new Error('the carrier ends'))
      es2plus.close()
      es2plus.closeAllConnections()
      await Promise.all([http.close(), service])
      state.close()
    },
  }
}

function fresh(settings: SettingsOf<typeof carrierSettings>): State {
  let template = ''
  if (settings.templateFile !== '') {
    const bytes = Uint8Array.from(readFileSync(settings.templateFile))
    requireTemplate(bytes)
    template = toBase64(bytes)
  }
  return {
    calls: {},
    subscriptions: {},
    block: Math.max(0, settings.fromBlock - 1),
    template,
    commitmentKey: toHex(Uint8Array.from(randomBytes(32))),
  }
}
