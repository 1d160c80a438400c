import { readFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { isFailure, refuse, unreachable } from '@gesim/base'
import { callFunction, ES2PLUS, formatActivationCode, type Peer, parseIccid } from '@gesim/sgp22'
import type { Carrier, OrderReference } from './ports.ts'
import type { Es2plusSetting } from './settings.ts'

/**
 * A carrier over ES2+ with mutual TLS. The call identifier is made of the intent, the book and the step, so that a
 * repeated call is the same call to the carrier, over any number of restarts.
 */
export function es2plusCarrier(setting: Es2plusSetting, timeoutMs: number): Carrier {
  const peer: Peer = {
    url: setting.url,
    ca: readFileSync(setting.ca, 'utf8'),
    cert: readFileSync(setting.cert, 'utf8'),
    key: readFileSync(setting.key, 'utf8'),
    agent: new Agent({ keepAlive: true, maxSockets: 16 }),
    userAgent: 'gesim-provisioner',
    timeoutMs,
  }
  const header = (functionCallIdentifier: string) => ({
    functionRequesterIdentifier: setting.requester,
    functionCallIdentifier,
  })
  const callOf = (order: OrderReference, step: string) => header(`${order.call}:${step}`)
  const asked = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      if (isFailure(error, 'sgp22.function-failed')) {
        const { subject, reason, says } = error.facts
        // SGP.22 5.2.6: "4.2 execution error" and "5.1 inaccessible" are the other side's weather, not its answer.
        if (reason === '4.2' || reason === '5.1')
          throw unreachable('provisioner.carrier-silent', { book: setting.book, says }, error)
        // The ICCID is unknown or not to be had: SGP.22 5.3.2, subject "Profile ICCID".
        if (subject === '8.2.1')
          throw refuse('provisioner.profile-gone', { book: setting.book, reason, says }, error)
        throw refuse('provisioner.carrier-refused', { book: setting.book, subject, reason, says }, error)
      }
      throw unreachable('provisioner.carrier-silent', { book: setting.book }, error)
    }
  }
  return {
    book: setting.book,
    name: setting.name,
    warms: true,
    ...(setting.radioUrl ? { radioUrl: setting.radioUrl } : {}),
    async reserve(order) {
      const body = { profileType: order.profileType }
      const { iccid } = await asked(
        callFunction(peer, ES2PLUS.downloadOrder, body, callOf(order, 'downloadOrder')),
      )
      return { handle: iccid, iccid }
    },
    async confirm(order, reservation) {
      const iccid = parseIccid(reservation.handle)
      const answer = await asked(
        callFunction(peer, ES2PLUS.confirmOrder, { iccid, releaseFlag: true }, callOf(order, 'confirmOrder')),
      )
      if (!answer.matchingId || !answer.smdpAddress)
        throw refuse('provisioner.carrier-refused', { book: setting.book, says: 'no matching id or address' })
      const activationCode = formatActivationCode({
        smdpAddress: answer.smdpAddress,
        matchingId: answer.matchingId,
        confirmationCodeRequired: false,
      })
      return { activationCode, handle: iccid, iccid }
    },
    async cancel(order, handle) {
      const body = { iccid: parseIccid(handle), finalProfileStatusIndicator: 'Unavailable' }
      await asked(callFunction(peer, ES2PLUS.cancelOrder, body, callOf(order, 'cancelOrder')))
    },
  }
}
