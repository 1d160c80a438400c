import {
  type Address,
  bytesToHex,
  concatHex,
  encodeAbiParameters,
  type Hex,
  hexToBytes,
  type LocalAccount,
  parseAbiParameters,
  size,
} from 'viem'

/** Something that signs for an account: its ERC-7913 bytes, a signature of a digest, and one of the same length for estimates. */
export interface AccountSigner {
  /** 20 bytes: an address. More: the verifier's address followed by the key. */
  readonly bytes: Hex
  sign(digest: Hex): Promise<Hex>
  /** Costs as much gas to check as a real one; valid for nothing. */
  readonly stubSignature: Hex
}

// r and s in range and v = 28: `ecrecover` does its whole work and finds somebody else.
const ECDSA_STUB: Hex =
  '0xfffffffffffffffffffffffffffffff0000000000000000000000000000000007aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1c'

/** A secp256k1 key: the one made in the browser, or a recovery key. Throws if the account cannot sign a bare digest. */
export function ecdsaSigner(owner: LocalAccount): AccountSigner {
  const { sign } = owner
  if (!sign) throw new TypeError('the owner must be able to sign a digest')
  return {
    bytes: owner.address.toLowerCase() as Hex,
    sign: (digest) => sign({ hash: digest }),
    stubSignature: ECDSA_STUB,
  }
}

/** What `navigator.credentials.get` gave, as raw bytes and a P-256 signature in r and s. */
export interface WebAuthnAssertion {
  readonly authenticatorData: Uint8Array
  readonly clientDataJson: string
  readonly r: bigint
  readonly s: bigint
}

export interface WebAuthnSignerOptions {
  /** `webAuthnVerifier` of the addresses. */
  readonly verifier: Address
  readonly publicKey: { readonly x: Hex; readonly y: Hex }
  /** Asks the passkey to sign; the challenge is the digest itself (32 bytes). User verification is required. */
  readonly assert: (challenge: Uint8Array) => Promise<WebAuthnAssertion>
}

/** `WebAuthnAuth` of the verifier, its members side by side: it reads them from the first byte, without an offset. */
const WEBAUTHN_AUTH = parseAbiParameters(
  'bytes32 r, bytes32 s, uint256 challengeIndex, uint256 typeIndex, bytes authenticatorData, string clientDataJSON',
)

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`

function encodeAssertion({ authenticatorData, clientDataJson, r, s }: WebAuthnAssertion): Hex {
  const challengeIndex = clientDataJson.indexOf('"challenge"')
  const typeIndex = clientDataJson.indexOf('"type"')
  if (challengeIndex < 0 || typeIndex < 0) throw new TypeError('not the client data of an assertion')
  return encodeAbiParameters(WEBAUTHN_AUTH, [
    word(r),
    // The verifier refuses the upper half of the order (malleability); authenticators use either.
    word(s > P256_ORDER / 2n ? P256_ORDER - s : s),
    BigInt(challengeIndex),
    BigInt(typeIndex),
    bytesToHex(authenticatorData),
    clientDataJson,
  ])
}

/** A passkey as a signer of the account, checked on chain by the WebAuthn verifier (P256VERIFY, EIP-7951). */
export function webAuthnSigner({ verifier, publicKey, assert }: WebAuthnSignerOptions): AccountSigner {
  if (size(publicKey.x) !== 32 || size(publicKey.y) !== 32) throw new TypeError('x and y are 32 bytes each')
  return {
    bytes: concatHex([verifier, publicKey.x, publicKey.y]).toLowerCase() as Hex,
    sign: async (digest) => encodeAssertion(await assert(hexToBytes(digest))),
    stubSignature: encodeAssertion({
      // Flags: user present, user verified. The lengths are those of a usual platform authenticator.
      authenticatorData: new Uint8Array(37).fill(0x05),
      clientDataJson: `{"type":"webauthn.get","challenge":"${'A'.repeat(43)}","origin":"https://gesim.example","crossOrigin":false}`,
      r: 1n,
      s: 1n,
    }),
  }
}
