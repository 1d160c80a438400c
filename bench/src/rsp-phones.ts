// Phones of a process of their own: what they take does not count for the server.
// node rsp-phones.ts PKI_DIR URL MODE, with the matching identifiers as JSON on the standard input.
import { text } from 'node:stream/consumers'
import { utf8 } from '@gesim/base'
import { certificatePem, loadPki } from '@gesim/crypto'
import { ES9PLUS, type Peer, post, RspAgent, writeBody } from '@gesim/sgp22'
import { freshCard, SMDP_ADDRESS } from '@gesim/smdp/bench'
import { openingOf } from './rsp-world.ts'

const [directory = '', url = '', mode = ''] = process.argv.slice(2)
const pki = loadPki(directory)
const matchingIds = JSON.parse(await text(process.stdin)) as string[]
const agent = new RspAgent({ keepAlive: true })
const peer: Peer = { url, agent, ca: pki.issuers.map(certificatePem), serverName: SMDP_ADDRESS }

// Both modes do a whole number of the same thing for each identifier.
if (mode === 'downloads') {
  const cards = matchingIds.map((matchingId) => ({ matchingId, card: freshCard(pki, peer, SMDP_ADDRESS) }))
  console.log('ready')
  await Promise.all(cards.map(({ card, matchingId }) => card.download(matchingId)))
} else {
  const { path, request } = ES9PLUS.initiateAuthentication
  const bytes = utf8(JSON.stringify(writeBody(request, openingOf(pki))))
  console.log('ready')
  for (const _ of matchingIds) {
    const { status } = await post(peer, path, bytes, 'application/json')
    if (status !== 200) throw new Error(`status ${status}`)
  }
}
agent.destroy()
console.log('done')
