#!/usr/bin/env node
// Node 24 strips types itself; an older one is told where the right one lies.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error('gesim runs on Node 24: start it as `npx gesim`, which finds the one that npm installed.')
  process.exit(1)
}
const { main } = await import('../src/main.ts')
process.exit(await main(process.argv.slice(2)))
