// `npm run bench -- NAME --json`
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { download } from './download.ts'
import { gas } from './gas.ts'
import { purchase } from './purchase.ts'
import type { Row } from './row.ts'
import { rsp } from './rsp.ts'
import { start } from './start.ts'
import { tree } from './tree.ts'
import { userops } from './userops.ts'
import { web } from './web.ts'

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  start,
  purchase,
  download,
  rsp,
  tree,
  userops,
  gas,
  web,
}
const HELP = `npm run bench -- [NAME ...] [--json]

Measures, each row beside an anchor taken in the same run: ${Object.keys(BENCHES).join(', ')} (default: all).
  --json   JSON lines {name, ours, anchor, ratio, unit}`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !BENCHES[name])
if (values.help || unknown.length) {
  if (unknown.length) console.error(`There is no bench called ${unknown.join(', ')}.\n`)
  console.log(HELP)
  process.exit(unknown.length ? 2 : 0)
}
if (!values.json)
  console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}\n`)
for (const name of positionals.length ? positionals : Object.keys(BENCHES)) {
  for (const one of await BENCHES[name]!()) {
    console.log(
      values.json
        ? JSON.stringify(one)
        : `${one.name.padEnd(32)} ${String(one.ours).padStart(10)} ${one.unit.padEnd(18)} ratio ${one.ratio} to ${one.anchor}: ${one.against}`,
    )
  }
}
process.exit(0)
