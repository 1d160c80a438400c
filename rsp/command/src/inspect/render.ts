import type { Shown } from './shape.ts'

/** How much is shown. */
export interface RenderOptions {
  /** Long contents whole. */
  readonly full: boolean
  readonly offsets: boolean
}

const SHORT = 96

const bytes = (count: number) => `${count} byte${count === 1 ? '' : 's'}`

function textOf(one: Shown, full: boolean): string | undefined {
  const shortened = (text: string) =>
    full || text.length <= SHORT ? text : `${text.slice(0, SHORT)}… (${bytes(text.length / 2)})`
  if (one.value !== undefined) {
    const plain = /^[0-9A-F]+$/.test(one.value) ? shortened(one.value) : one.value
    return full && one.hex && !one.tag ? `${plain}  ${one.hex}` : plain
  }
  return one.hex === undefined ? undefined : shortened(one.hex)
}

/** Lines of text: tag, name, value, and below it what is inside. */
export function renderText(shown: readonly Shown[], options: RenderOptions, depth = 0): string[] {
  return shown.flatMap((one) => {
    const value = textOf(one, options.full)
    const at = one.offset === undefined ? '' : `${one.offset}:`
    const place = options.offsets ? `${at.padStart(7)} ` : ''
    const size = one.inside && one.length !== undefined ? ` (${bytes(one.length)})` : ''
    const head = [one.tag, one.name].filter(Boolean).join(' ')
    const line = `${place}${'  '.repeat(depth)}${head}${size}${value ? `${head ? ': ' : ''}${value}` : ''}`
    const damage = one.damage ? [`${place}${'  '.repeat(depth + (head ? 1 : 0))}✗ ${one.damage}`] : []
    return [...(head || value ? [line] : []), ...renderText(one.inside ?? [], options, depth + 1), ...damage]
  })
}
