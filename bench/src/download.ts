// Whole profile downloads per second: our LPA and card against our SM-DP+ over HTTPS, in one process.
import { createCipheriv, createECDH, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { freshProfile, startWorld } from '@gesim/lpa/testing'
import { type Row, row, secondsOf } from './row.ts'

const DOWNLOADS = 40

/** What a download cannot do without, by Node alone: its signatures, checks, key agreement and cipher. */
function bareCrypto(profileBytes: number): void {
  const { privateKey, publicKey } = KEYS
  const data = randomBytes(256)
  // serverSignature1, smdpSignature2, smdpSign; euiccSignature1, euiccSignature2, the installation result.
  for (let i = 0; i < 6; i++) sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  // Each of the six is checked, the result by both; two chains of two on each side.
  for (let i = 0; i < 13; i++)
    verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, SIGNATURE)
  for (const side of [createECDH('prime256v1'), createECDH('prime256v1')]) {
    side.generateKeys()
    side.computeSecret(POINT)
  }
  // Encrypted and authenticated by one side, checked and decrypted by the other.
  for (let pass = 0; pass < 4; pass++) {
    const cipher = createCipheriv('aes-128-cbc', KEY, IV)
    cipher.update(Buffer.alloc(profileBytes))
    cipher.final()
  }
}

const KEYS = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const SIGNATURE = sign('sha256', randomBytes(256), { key: KEYS.privateKey, dsaEncoding: 'ieee-p1363' })
const POINT = createECDH('prime256v1').generateKeys()
const KEY = randomBytes(16)
const IV = randomBytes(16)

export async function download(): Promise<Row[]> {
  const world = await startWorld()
  try {
    const lpa = world.lpa(world.card())
    const packages = Array.from({ length: DOWNLOADS + 3 }, freshProfile)
    const codes = await Promise.all(packages.map((upp) => world.order(upp)))
    for (const activationCode of codes.slice(0, 3)) await lpa.download({ activationCode })
    const ours = await secondsOf(async () => {
      for (const activationCode of codes.slice(3)) await lpa.download({ activationCode })
    })
    const anchor = await secondsOf(() => {
      for (let i = 0; i < DOWNLOADS; i++) bareCrypto(packages[0]!.length)
    })
    return [
      row(
        'download',
        DOWNLOADS / ours,
        DOWNLOADS / anchor,
        'downloads/s',
        'the bare cryptography of a download in Node',
      ),
    ]
  } finally {
    await world.stop()
  }
}
