type Child = Node | string | null | false

/** Attributes by name; `on…` are listeners, `true` is an attribute without a value. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | ((event: Event) => void) | undefined>
>

/** Makes an element. Text is text: nothing that a node or a file says becomes markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  fill(made, attributes, children)
  return made
}

/** The same for drawings. */
export function svg(tag: 'svg' | 'path', attributes: Attributes, ...children: readonly Child[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(made, attributes, children)
  return made
}

function fill(made: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (typeof value === 'function') made.addEventListener(name.slice(2), value)
    else made.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== null && child !== false) made.append(child)
}

/** An address, a hash: read from left to right in every language. */
export function code(text: string): HTMLElement {
  return el('bdi', { dir: 'ltr', class: 'mono' }, text)
}
