/** The parts of an OpenAPI 3.1 document that the reference shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
}

export interface OpenApiOperation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: unknown }[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: unknown }>> }
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>
  >
}

export interface Operation extends OpenApiOperation {
  readonly method: string
  readonly path: string
}

/** The operations by area (the path's first word after the version), in the document's order. */
export function byArea(document: OpenApi): [area: string, operations: Operation[]][] {
  const areas = new Map<string, Operation[]>()
  for (const [path, methods] of Object.entries(document.paths)) {
    const area = path.split('/').find((part) => part && !/^v\d+$/.test(part)) ?? 'other'
    for (const [method, operation] of Object.entries(methods)) {
      if (!['get', 'post', 'put', 'delete', 'patch'].includes(method)) continue
      const list = areas.get(area) ?? []
      list.push({ ...operation, method: method.toUpperCase(), path })
      areas.set(area, list)
    }
  }
  return [...areas]
}

interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  const?: unknown
  enum?: unknown[]
  description?: string
  $ref?: string
}

/** A schema as an indented outline, the way one would write the type. */
export function outline(schema: unknown, depth = 0): string {
  const s = (schema ?? {}) as Schema
  const pad = '  '.repeat(depth + 1)
  if (s.$ref) return s.$ref.split('/').at(-1)!
  if (s.const !== undefined) return JSON.stringify(s.const)
  if (s.enum) return s.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (s.anyOf) return s.anyOf.map((one) => outline(one, depth)).join(' | ')
  if (s.type === 'array') return `${outline(s.items, depth)}[]`
  if (s.properties) {
    const lines = Object.entries(s.properties).map(([name, one]) => {
      const optional = s.required?.includes(name) ? '' : '?'
      const remark = one.description ? `   // ${one.description}` : ''
      return `${pad}${name}${optional}: ${outline(one, depth + 1)}${remark}`
    })
    return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
  }
  return Array.isArray(s.type) ? s.type.join(' | ') : (s.type ?? 'any')
}
