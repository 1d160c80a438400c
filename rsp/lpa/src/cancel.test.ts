import { createServer } from 'node:http'
import { request } from 'node:https'
import { isFailure } from '@gesim/base'
import { iccidOf, readPackage } from '@gesim/saip'
import { ES9PLUS, parseIccid, RspAgent, readCancelSessionResponse } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Consent, DownloadWish, Progress } from './index.ts'
import { freshProfile, SMDP_ADDRESS, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

/** Downloads with a consent; gives the failure and the state in which the order is afterwards. */
async function refused(consent: () => Consent | Promise<Consent>, more: { consentTimeoutMs?: number } = {}) {
  const upp = freshProfile()
  const activationCode = await world.order(upp)
  const failure = await world
    .lpa(world.card())
    .download({ activationCode, consent, ...more })
    .catch((error: unknown) => error)
  if (!isFailure(failure)) throw failure
  const { state } = (await world.state.find({ iccid: parseIccid(iccidOf(readPackage(upp))) }))!
  return { code: failure.code, reason: failure.facts.reason, state }
}

describe('a session is ended with the reason of its end', () => {
  it.each([
    ['no', 'endUserRejection', 'Error'],
    ['later', 'postponed', 'Released'],
    ['endUserRejection', 'endUserRejection', 'Error'],
    ['postponed', 'postponed', 'Released'],
    ['timeout', 'timeout', 'Released'],
    ['pprNotAllowed', 'pprNotAllowed', 'Error'],
    ['metadataMismatch', 'metadataMismatch', 'Error'],
    ['loadBppExecutionError', 'loadBppExecutionError', 'Error'],
    ['undefinedReason', 'undefinedReason', 'Error'],
  ] as const)('the answer "%s" is told as %s, and the order is %s', async (answer, reason, state) => {
    expect(await refused(() => answer)).toEqual({ code: 'lpa.not-wanted', reason, state })
  })

  it('and silence as a timeout', async () => {
    const silent = () => new Promise<Consent>(() => undefined)
    const told = await refused(silent, { consentTimeoutMs: 20 })
    expect(told).toEqual({ code: 'lpa.not-wanted', reason: 'timeout', state: 'Released' })
  })
})

describe('a caller that stops', () => {
  /** Downloads and stops at a step. */
  async function stoppedAt(step: Progress['step'], more: Partial<DownloadWish> = {}) {
    const upp = freshProfile()
    const controller = new AbortController()
    const lpa = world.lpa(world.card())
    const ended = await lpa
      .download({
        activationCode: await world.order(upp, { confirmationCode: '4711' }),
        confirmationCode: '4711',
        signal: controller.signal,
        // Stopped a moment later, when something is under way again.
        onProgress: (progress) => progress.step === step && setTimeout(() => controller.abort()),
        ...more,
      })
      .catch((error: unknown) => (isFailure(error) ? error.code : error))
    const { state } = (await world.state.find({ iccid: parseIccid(iccidOf(readPackage(upp))) }))!
    return { ended, state }
  }
  const never = new Promise<never>(() => undefined)

  it.each([
    ['while the user thinks', 'preview', { consent: () => never }],
    ['while the user looks for the code', 'preview', { confirmationCode: () => never }],
    ['while the package is on its way', 'fetch', {}],
  ] as const)('%s, ends the session, and the order stays', async (_, step, more) => {
    const { ended, state } = await stoppedAt(step, more)
    expect(ended).toBe('lpa.not-wanted')
    // The server may have bound the package already: the order is open all the same.
    expect(['Released', 'Downloaded']).toContain(state)
  })

  it('before there is a session, has none to end', async () => {
    const { ended, state } = await stoppedAt('authenticate')
    expect([(ended as Error).name, state]).toEqual(['AbortError', 'Released'])
  })

  it('once the card is being loaded, gets a whole profile', async () => {
    const { ended, state } = await stoppedAt('install')
    expect([ended, state]).toEqual([expect.objectContaining({ notified: true }), 'Installed'])
  })
})

describe('what the phone finds wrong by itself', () => {
  it('is told: rules that the card does not allow their owner', async () => {
    // The card allows the rule to another operator: the server cannot see that, the phone can.
    const others = [{ mccMnc: Uint8Array.of(0x62, 0xf2, 0x10) }]
    const card = world.card({ rules: [{ rules: ['ppr1', 'ppr2'], operators: others, flags: [0] }] })
    const upp = freshProfile()
    const activationCode = await world.order(upp, {
      metadata: { policyRules: ['ppr2'], owner: { mccMnc: Uint8Array.of(0x00, 0xf1, 0x10) } },
    })
    const failure = await world
      .lpa(card)
      .download({ activationCode })
      .catch((error: unknown) => error)
    expect(isFailure(failure) && failure.code, String(failure)).toBe('lpa.policy-not-allowed')
    expect((await world.state.find({ iccid: parseIccid(iccidOf(readPackage(upp))) }))!.state).toBe('Error')
  })

  it('is told: metadata that cannot be read, "undefined reason"', async () => {
    const { lpa, cancelled } = await behindLiar('authenticateClient', (body) => {
      // The ICCID becomes one that has no digits.
      const bytes = Buffer.from(body.profileMetadata as string, 'base64')
      bytes.fill(0xee, 5, 15)
      return { ...body, profileMetadata: bytes.toString('base64') }
    })
    const failure = await lpa
      .download({ activationCode: await world.order(freshProfile()) })
      .catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.server-answer') && failure.facts.function).toBe('authenticateClient')
    expect(cancelled()).toBe(127)
  })

  it('is told: a package for another profile than the one that was shown', async () => {
    const { lpa, cancelled } = await behindLiar('getBoundProfilePackage', (body) => {
      const bytes = Buffer.from(body.boundProfilePackage as string, 'base64')
      // The name in the metadata, which only has a MAC.
      const at = bytes.indexOf('Test plan')
      bytes.write('Tost', at)
      return { ...body, boundProfilePackage: bytes.toString('base64') }
    })
    const failure = await lpa
      .download({ activationCode: await world.order(freshProfile()) })
      .catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.metadata-mismatch')).toBe(true)
    expect(cancelled()).toBe(4)
  })
})

/** A server in between that changes the answer of one function, and notes with which reason a session is cancelled. */
async function behindLiar(
  name: keyof typeof ES9PLUS,
  change: (body: Record<string, unknown>) => Record<string, unknown>,
) {
  const agent = new RspAgent({ rejectUnauthorized: false })
  let reason: number | undefined
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    if (incoming.url === ES9PLUS.cancelSession.path) {
      const { cancelSessionResponse } = JSON.parse(sent.toString()) as { cancelSessionResponse: string }
      reason = readCancelSessionResponse(Buffer.from(cancelSessionResponse, 'base64')).ok?.signed.reason
    }
    const { host: _, ...headers } = incoming.headers
    const onward = request(
      `${world.smdpUrl}${incoming.url}`,
      { method: 'POST', agent, headers, rejectUnauthorized: false },
      async (answer) => {
        const parts: Buffer[] = []
        for await (const part of answer) parts.push(part as Buffer)
        let body = Buffer.concat(parts)
        if (incoming.url === ES9PLUS[name].path)
          body = Buffer.from(JSON.stringify(change(JSON.parse(body.toString()) as Record<string, unknown>)))
        response.writeHead(answer.statusCode ?? 500, { 'content-type': 'application/json' })
        response.end(body)
      },
    )
    onward.end(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address() as { port: number }
  const hosts = { [SMDP_ADDRESS]: `http://127.0.0.1:${address.port}` }
  return { lpa: world.lpa(world.card(), { hosts }), cancelled: () => reason }
}
