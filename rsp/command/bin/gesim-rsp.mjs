#!/usr/bin/env node
import { launch } from '@gesim/euicc/launcher'

await launch(import.meta.url, async () => (await import('../src/main.ts')).main)
