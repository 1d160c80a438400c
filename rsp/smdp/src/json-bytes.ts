/** JSON of plain data that holds bytes, which go as base64 under a name of their own, so that they come back as they went. */
export function bytesToJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? { $bytes: Buffer.from(part).toString('base64') } : part,
  )
  return new TextEncoder().encode(text)
}

/** Reads what `bytesToJson` wrote. */
export function bytesFromJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_, part: unknown) => {
    const isBytes = typeof part === 'object' && part !== null && '$bytes' in part
    return isBytes ? Uint8Array.from(Buffer.from(String(part.$bytes), 'base64')) : part
  })
}
