import {
  BspSender,
  type Curve,
  deriveSessionKeys,
  encryptedBytes,
  KEY_LENGTH,
  KEY_TYPE_AES,
  OneTimeKey,
  type Random,
  type SessionKeys,
} from '@gesim/crypto'
import {
  BPP_TAG,
  type Eid,
  eidToBytes,
  openBoundProfilePackage,
  type ProfileMetadata,
  REMOTE_OP_INSTALL,
  signedChannelOf,
  writeConfigureIsdp,
  writeInitialiseSecureChannel,
  writeReplaceSessionKeys,
  writeStoreMetadata,
} from '@gesim/sgp22'
import { oidToBytes } from '@gesim/tlv'

/** What a package is bound to. */
export interface Binding {
  readonly curve: Curve
  readonly transactionId: Uint8Array
  readonly eid: Eid
  /** One-time key of the card, an uncompressed point. */
  readonly euiccOtpk: Uint8Array
  /** Identifier of this server, dotted: it names the host in the key derivation. */
  readonly smdpOid: string
  readonly metadata: ProfileMetadata
  /** The unprotected profile package. */
  readonly package: Uint8Array
  /** Keys that protect the profile in place of the session's, when it shall be protected by keys of its own. */
  readonly protectionKeys?: SessionKeys
  readonly sign: (data: Uint8Array) => Promise<Uint8Array>
  readonly random: Random
}

/** Encoded identifiers of servers as host identifiers have at most 16 bytes. */
const MAX_HOST_ID_BYTES = 16

/**
 * Makes a bound profile package (SGP.22 section 2.5): agrees on keys with the card's one-time key, protects
 * configuration, metadata and profile, and signs the opening. The one-time key of this side lives in this
 * call only. Throws `crypto.bad-key` when the card's key is not a point of the curve.
 */
export async function bindPackage(binding: Binding): Promise<Uint8Array> {
  const { curve, transactionId, eid, euiccOtpk, protectionKeys } = binding
  const oneTimeKey = OneTimeKey.generate(curve, binding.random)
  const secret = oneTimeKey.agree(euiccOtpk)
  const hostId = oidToBytes(binding.smdpOid).subarray(0, MAX_HOST_ID_BYTES)
  const keys = deriveSessionKeys(secret, { hostId, eid: eidToBytes(eid) })
  const channel = {
    remoteOpId: REMOTE_OP_INSTALL,
    transactionId,
    keyType: KEY_TYPE_AES,
    keyLength: KEY_LENGTH,
    hostId,
    smdpOtpk: oneTimeKey.publicPoint,
  }
  const smdpSignature = await binding.sign(signedChannelOf(channel, euiccOtpk))
  const session = new BspSender(keys)
  const firstSequence87 = session.encryptAll(BPP_TAG.segment87, writeConfigureIsdp())
  const sequence88 = session.macAll(BPP_TAG.segment88, writeStoreMetadata(binding.metadata))
  const secondSequence87 = protectionKeys
    ? session.encryptAll(
        BPP_TAG.segment87,
        writeReplaceSessionKeys({
          initialMcv: protectionKeys.initialMcv,
          ppkEnc: protectionKeys.sEnc,
          ppkCmac: protectionKeys.sMac,
        }),
      )
    : undefined
  // SGP.22 2.5.3: after the keys were replaced the counter begins again at 1; without that it goes on.
  const profile = protectionKeys ? new BspSender(protectionKeys) : session
  const { whole, profileAt } = openBoundProfilePackage(
    {
      initialiseSecureChannel: writeInitialiseSecureChannel({ ...channel, smdpSignature }),
      firstSequence87,
      sequence88,
      ...(secondSequence87 ? { secondSequence87 } : {}),
    },
    encryptedBytes(BPP_TAG.segment86, binding.package.length),
  )
  profile.encryptInto(whole, profileAt, BPP_TAG.segment86, binding.package)
  return whole
}
