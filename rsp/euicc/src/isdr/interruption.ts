import { fromHex, toHex } from '@gesim/base'
import { type Iccid, parseIccid } from '@gesim/sgp22'
import type { Isdr } from './isdr.ts'
import { credentialFor, notifyInstallation } from './notify.ts'
import type { Authenticated } from './session.ts'

/** ErrorReason `installFailedDueToInterruption` of a ProfileInstallationResult (SGP.22, 2.5.6.1). */
const INTERRUPTED = 11

/**
 * Writes down that a profile is on its way and which command of its package is being carried out: what must be told of
 * it if the card loses power before it has a result.
 */
export function keepLoading(isdr: Isdr, authenticated: Authenticated, iccid: Iccid, command: number): void {
  const { transactionId, serverAddress, certificate, credential } = authenticated
  const loading = {
    transactionId: toHex(transactionId),
    address: serverAddress,
    iccid,
    smdpOid: certificate.registeredId!,
    issuerKeyId: toHex(credential.issuerKeyId),
    command,
  }
  isdr.memory.update({ loading })
  isdr.memory.save()
}

/**
 * Ends a load whose session is gone: of the profile nothing was kept, and its server is told why with a signed result
 * like any other (SGP.22, 3.1.3.3 and 5.7.6). Result and record change in one write, so that whenever power is lost
 * there is one result of a load.
 */
export function tellInterruption(isdr: Isdr): void {
  const { memory } = isdr
  const { loading } = memory.state
  if (!loading) return
  memory.update({ loading: undefined })
  notifyInstallation(isdr, credentialFor(isdr, fromHex(loading.issuerKeyId)), {
    transactionId: fromHex(loading.transactionId),
    notification: {
      seqNumber: memory.takeSequence(),
      event: 'install',
      address: loading.address,
      iccid: parseIccid(loading.iccid),
    },
    smdpOid: loading.smdpOid,
    result: { success: false, command: loading.command, reason: INTERRUPTED },
  })
  memory.save()
}

/** A load that the card gave up in words of its own, which it signed for the same server: no result follows. */
export function forgetLoading(isdr: Isdr): void {
  if (!isdr.memory.state.loading) return
  isdr.memory.update({ loading: undefined })
  isdr.memory.save()
}
