import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  certificatePem,
  generateKey,
  KEY_USAGE,
  NAME,
  privateKeyPem,
  readCertificate,
  writeCertificate,
} from '@gesim/crypto'
import { type Listening, listen } from '@gesim/sgp22'
import { afterEach, describe, expect, it } from 'vitest'

function tlsOf() {
  const key = generateKey('nist')
  const subject = [{ oid: NAME.commonName, value: 'server' }]
  const der = writeCertificate(
    {
      subject,
      serialNumber: '4711',
      publicKey: createPublicKey(privateKeyPem(key)),
      notBeforeMs: Date.now() - 60_000,
      notAfterMs: Date.now() + 60_000,
      keyUsage: [KEY_USAGE.digitalSignature],
      forTls: true,
      dnsNames: ['localhost'],
    },
    { subject, privateKey: key },
  )
  return { cert: certificatePem(readCertificate(der)), key: privateKeyPem(key), curve: 'nist' as const }
}

const opened: Listening[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(opened.splice(0).map((one) => one.close()))
})
async function open(): Promise<Listening> {
  const at = { host: '127.0.0.1', port: 0, tls: tlsOf() }
  const listening = await listen(at, (_, response) => response.end('here'))
  opened.push(listening)
  return listening
}

function ask({ port }: Listening): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
}
async function idle({ port }: Listening): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

describe('a listener that begins handshakes in turns', () => {
  it('answers each of a hundred clients that knock at once', async () => {
    const listening = await open()
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(listening)))
    expect(answers.every((answer) => answer === 'here')).toBe(true)
  })

  it('is not shut by connections that say nothing', async () => {
    const listening = await open()
    for (let i = 0; i < 50; i++) await idle(listening)
    expect(await ask(listening)).toBe('here')
  })

  it('outlives clients that hang up while they wait, and serves those behind them', async () => {
    const listening = await open()
    const waiting = Array.from({ length: 40 }, (_, i) => {
      const socket = connect(listening.port, '127.0.0.1').on('error', () => undefined)
      // Half of them with a reset, the rudest way to go.
      socket.on('connect', () => (i % 2 ? socket.resetAndDestroy() : socket.destroy()))
      return once(socket, 'close')
    })
    const answer = ask(listening)
    await Promise.all(waiting)
    expect(await answer).toBe('here')
    expect(await ask(listening)).toBe('here')
  })

  it('serves who says the first word long after it came', async () => {
    const listening = await open()
    const socket = await idle(listening)
    expect(await ask(listening)).toBe('here')
    const secure = connectTls({ socket, rejectUnauthorized: false })
    secure.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    let text = ''
    for await (const chunk of secure) text += String(chunk)
    expect(text).toMatch(/^HTTP\/1.1 200 .*here/s)
  })

  it('closes at once, whoever is still connected and silent', async () => {
    const listening = await open()
    const socket = await idle(listening)
    const gone = once(socket, 'close')
    const startedMs = performance.now()
    await Promise.all([opened.pop()!.close(), gone])
    expect(performance.now() - startedMs).toBeLessThan(900)
  })

  it('refuses a pair that does not fit, and shows the earlier certificate on', async () => {
    const listening = await open()
    expect(() => listening.renew({ ...tlsOf(), key: tlsOf().key })).toThrow()
    expect(await ask(listening)).toBe('here')
  })
})
