import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { expect, it } from 'vitest'
import { deployAll } from './deploy.ts'
import { sourceHash } from './sources.ts'
import { startLocalChain } from './testing.ts'

const root = join(import.meta.dirname, '..', '..')

it('ABIs and bytecode are made from the Solidity that stands here: else run `npm run abi`', () => {
  const { sha256 } = JSON.parse(readFileSync(join(root, 'contracts/abi/generated/source.json'), 'utf8')) as {
    sha256: string
  }
  expect(sha256).toBe(sourceHash(root))
})

it('a second deployment finds everything where the first one put it, and sends nothing', async () => {
  const chain = await startLocalChain()
  try {
    const [first, second, third] = chain.keys.treasuryOwners
    const again = await deployAll({
      rpcUrl: chain.rpcUrl,
      deployerKey: chain.keys.deployer,
      operators: {
        operator: privateKeyToAddress(chain.keys.operator),
        sponsorSigner: privateKeyToAddress(chain.keys.sponsor),
        gasPayers: [chain.keys.operator, chain.keys.poster, ...chain.keys.executors].map((key) =>
          privateKeyToAddress(key),
        ),
        treasuryOwners: [
          privateKeyToAddress(first!),
          privateKeyToAddress(second!),
          privateKeyToAddress(third!),
        ],
      },
    })
    expect(again).toEqual(chain.addresses)
  } finally {
    await chain.stop()
  }
}, 60_000)
