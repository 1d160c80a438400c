// Makes public/alive.js, the one program of pages without the framework's scripts.
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const bundle = await rolldown({
  input: join(import.meta.dirname, 'alive.ts'),
  platform: 'browser',
  logLevel: 'warn',
})
await bundle.write({
  file: join(import.meta.dirname, '../../public/alive.js'),
  format: 'es',
  minify: true,
  codeSplitting: false,
})
await bundle.close()
