import { fromBase64Url, unreachable } from '@gesim/base'
import { gesimAccountAbi } from '@gesim/contracts'
import { type AccountSigner, type GesimSmartAccount, webAuthnSigner } from '@gesim/contracts/account'
import { BaseError, bytesToBigInt, concatHex, encodeFunctionData, slice } from 'viem'
import type { Hex } from '../api/shapes.ts'
import { signWithPasskey } from '../custody/passkey.ts'
import { derToRs } from './der.ts'
import { addresses, chainClient } from './network.ts'
import { sendCalls } from './operations.ts'

/** What may sign for an account now, as the account on the chain says. */
export interface Signers {
  /** How many there are; the account can be asked for those that one knows only. */
  readonly count: number
  /** Those of the ones asked for that may sign, in lower case. */
  readonly known: ReadonlySet<Hex>
}

/** Asks the account. One that is not deployed has the key it was made with. Throws `web.api-unreachable`. */
export async function readSigners(account: Hex, firstSigner: Hex, asked: readonly Hex[]): Promise<Signers> {
  try {
    const client = await chainClient()
    if (!(await client.getCode({ address: account })))
      return { count: 1, known: new Set([firstSigner.toLowerCase() as Hex]) }
    const at = { address: account, abi: gesimAccountAbi } as const
    const [count, ...signs] = await Promise.all([
      client.readContract({ ...at, functionName: 'signerCount' }),
      ...asked.map((signer) => client.readContract({ ...at, functionName: 'isSigner', args: [signer] })),
    ])
    const known = asked.filter((_, place) => signs[place]).map((signer) => signer.toLowerCase() as Hex)
    return { count: Number(count), known: new Set(known) }
  } catch (cause) {
    if (cause instanceof BaseError) throw unreachable('web.api-unreachable', {}, cause)
    throw cause
  }
}

/** The bytes by which the account knows a passkey: the contract that checks it, then the key (ERC-7913). */
export async function signerOfPasskey(publicKey: Hex): Promise<Hex> {
  const { webAuthnVerifier } = await addresses()
  return concatHex([webAuthnVerifier, publicKey]).toLowerCase() as Hex
}

/** A passkey that signs for the account: one touch for each signature. */
export async function passkeySigner(credentialId: string, publicKey: Hex): Promise<AccountSigner> {
  const { webAuthnVerifier } = await addresses()
  return webAuthnSigner({
    verifier: webAuthnVerifier,
    publicKey: { x: slice(publicKey, 0, 32), y: slice(publicKey, 32, 64) },
    async assert(challenge) {
      const signed = await signWithPasskey(challenge, [credentialId])
      const { r, s } = derToRs(fromBase64Url(signed.signature))
      return {
        authenticatorData: fromBase64Url(signed.authenticatorData),
        clientDataJson: new TextDecoder().decode(fromBase64Url(signed.clientData)),
        r: bytesToBigInt(r),
        s: bytesToBigInt(s),
      }
    },
  })
}

/** Lets another signer sign for the account, in an operation that GeSIM pays for. Deploys the account when needed. */
export async function addSigner(account: GesimSmartAccount, signer: Hex): Promise<void> {
  await sendCalls(account, [{ to: account.address, data: dataOf('addSigners', [[signer]]) }])
}

/** Takes a signer away. The account refuses to lose its last one. */
export async function removeSigner(account: GesimSmartAccount, signer: Hex): Promise<void> {
  await sendCalls(account, [{ to: account.address, data: dataOf('removeSigners', [[signer]]) }])
}

/** Puts a new signer in the place of an old one, in one step: there is no moment with none, and none with both. */
export async function replaceSigner(account: GesimSmartAccount, from: Hex, to: Hex): Promise<void> {
  await sendCalls(account, [{ to: account.address, data: dataOf('replaceSigner', [from, to]) }])
}

function dataOf(
  ...[functionName, args]: ['addSigners' | 'removeSigners', [Hex[]]] | ['replaceSigner', [Hex, Hex]]
): Hex {
  return functionName === 'replaceSigner'
    ? encodeFunctionData({ abi: gesimAccountAbi, functionName, args })
    : encodeFunctionData({ abi: gesimAccountAbi, functionName, args })
}
