/** Bytes of a leaf's record: intent id, packed figures, evidence. The tag in front of them is always the same. */
export const RECORD_BYTES = 96

/** How many hashes the kernel makes in one call: its memory stays in the second-level cache of a core. */
export const BATCH = 1024

/** Where the parts of a batch lie in the kernel's memory. */
export const AT = {
  /** 24 round constants of Keccak. */
  constants: 0,
  /** A node of zeros, for children that do not exist. */
  empty: 192,
  /** The leaf tag, four words. */
  tag: 240,
  /** One word a parent: (number of its first child among all children) * 4 + 1 for a left + 2 for a right child. */
  links: 320,
  /** Records of leaves or children of parents; the first child is the `base` of the call. */
  input: 320 + 4 * BATCH,
  /** The nodes that were made. */
  output: 320 + 4 * BATCH + RECORD_BYTES * BATCH,
} as const

/** Size of the kernel's memory in pages of 64 KiB. */
export const PAGES = Math.ceil((AT.output + 48 * BATCH) / 65_536)

/**
 * Hashes batches of at most `BATCH`: write records or children into `input` and links into `links`, call, read `output`.
 * Records have 24 words of 32 bits, nodes 12; a link is (number of the first child) * 4 + 1 for a left + 2 for a right child.
 */
export interface Kernel {
  readonly name: 'wasm' | 'typescript'
  readonly input: Int32Array
  readonly links: Uint32Array
  readonly output: Int32Array
  /** Makes nodes of the first `count` records. */
  leaves(count: number): void
  /** Makes `count` parents; the child in front of the input has number `base`. Not 0 when a sum exceeded 64 bits. */
  nodes(count: number, base: number): number
}
