import { fromBase64 } from '@gesim/base'
import { AT, BATCH, type Kernel } from './layout.ts'
import { PlainKernel } from './plain.ts'
import { KERNEL_BASE64 } from './wasm-bytes.ts'

let best: Kernel | undefined

/** The fastest kernel that runs here, made once. */
export function kernel(): Kernel {
  best ??= wasmKernel() ?? new PlainKernel()
  return best
}

/** The WebAssembly kernel; nothing where it cannot be compiled (no SIMD, or a page whose policy forbids it). */
export function wasmKernel(): Kernel | undefined {
  let instance: WebAssembly.Instance
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(KERNEL_BASE64) as BufferSource))
  } catch {
    return undefined
  }
  const { memory, leaves, nodes } = instance.exports as unknown as {
    memory: WebAssembly.Memory
    leaves: Kernel['leaves']
    nodes: Kernel['nodes']
  }
  return {
    name: 'wasm',
    input: new Int32Array(memory.buffer, AT.input, 24 * BATCH),
    links: new Uint32Array(memory.buffer, AT.links, BATCH),
    output: new Int32Array(memory.buffer, AT.output, 12 * BATCH),
    leaves,
    nodes,
  }
}
