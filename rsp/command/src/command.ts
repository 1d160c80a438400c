import { parseArgs } from 'node:util'
import { refuse } from '@gesim/base'
import type { Terminal } from './terminal.ts'

/** One option of a command. */
export interface Option {
  readonly type: 'string' | 'boolean'
  /** What stands after it in the help, such as `FILE`. */
  readonly value?: string
  /** One sentence for a newcomer. */
  readonly means: string
  /** May stand several times. */
  readonly many?: boolean
}

export type OptionTable = Readonly<Record<string, Option>>

/** The values of a table of options. */
export type Values<T extends OptionTable> = {
  readonly [Name in keyof T]: T[Name] extends { readonly type: 'boolean' }
    ? boolean
    : T[Name] extends { readonly many: true }
      ? readonly string[]
      : string | undefined
}

/** One command of the program. */
export interface Command {
  readonly name: string
  readonly usage: readonly string[]
  /** Paragraphs that a newcomer needs to know before the options. */
  readonly about: readonly string[]
  readonly options: OptionTable
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** What it throws is told by the terminal, and is the exit code. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>
}

/** Options that every command has. */
export const EVERY_COMMAND = {
  json: { type: 'boolean', means: 'one JSON object a line in place of text' },
  help: { type: 'boolean', means: 'this text' },
} as const satisfies OptionTable

/** Says that the command line is wrong, and what about it. */
export function notUnderstood(why: string): Error {
  return refuse('rsp.not-understood', { why })
}

/** Declares a command; its options are typed by their table. */
export function command<const T extends OptionTable>(definition: {
  readonly name: string
  readonly usage: readonly string[]
  readonly about?: readonly string[]
  readonly options: T
  readonly examples: readonly (readonly [line: string, what: string])[]
  readonly run: (values: Values<T>, positionals: readonly string[], terminal: Terminal) => Promise<void>
}): Command {
  const options: OptionTable = { ...definition.options, ...EVERY_COMMAND }
  return {
    ...definition,
    about: definition.about ?? [],
    options,
    async run(args, terminal) {
      const { values, positionals } = parse(definition.name, options, args)
      await definition.run(values as Values<T>, positionals, terminal)
    },
  }
}

function parse(name: string, options: OptionTable, args: readonly string[]) {
  const known = Object.fromEntries(
    Object.entries(options).map(([key, { type, many = false }]) => [key, { type, multiple: many }]),
  )
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...args], options: known, allowPositionals: true })
  } catch (cause) {
    throw notUnderstood(explainParsing(name, options, cause))
  }
  const empty = Object.fromEntries(
    Object.entries(options).map(([key, { type, many }]) => [
      key,
      type === 'boolean' ? false : many ? [] : undefined,
    ]),
  )
  return { values: { ...empty, ...parsed.values }, positionals: parsed.positionals }
}

/** The words of Node's parser, shorter, with the option that was probably meant. */
function explainParsing(name: string, options: OptionTable, cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const unknown = /Unknown option '(-+[^']*)'/.exec(text)?.[1]
  if (!unknown) return text.split('. ')[0]!.replace(/\n.*/s, '')
  const wanted = unknown.replace(/^-+/, '')
  const near = Object.keys(options).find(
    (key) => key.startsWith(wanted) || wanted.startsWith(key) || distance(key, wanted) <= 2,
  )
  return `${name} has no option ${unknown}${near ? `; did you mean --${near}?` : ''}`
}

/** Changes of one letter that lead from one word to another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

const WIDTH = 100

/** Breaks a text into lines of a width. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}

/** Two columns: names to the left, their meaning to the right. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(30, Math.max(...rows.map(([name]) => name.length)))
  return rows
    .map(([name, means]) => {
      const [first = '', ...rest] = wrap(means, WIDTH - left - 4)
      // A name that is wider than its column gets a line of its own.
      const head =
        name.length > left ? `  ${name}\n${' '.repeat(left + 4)}${first}` : `  ${name.padEnd(left)}  ${first}`
      return [head, ...rest.map((line) => `${' '.repeat(left + 4)}${line}`)].join('\n')
    })
    .join('\n')
}

/** The help of one command. */
export function helpOf(one: Command, summary: string): string {
  const options = Object.entries(one.options).map(([name, { value, means, many }]): [string, string] => [
    `--${name}${value ? ` ${value}` : ''}`,
    many ? `${means}; may be repeated` : means,
  ])
  const examples = one.examples.map(([line, what]) => `  # ${what}\n  ${line}`).join('\n')
  return [
    `gesim-rsp ${one.name}: ${summary}`,
    `Usage\n${one.usage.map((line) => `  gesim-rsp ${line}`).join('\n')}`,
    ...one.about.map((paragraph) => wrap(paragraph, WIDTH).join('\n')),
    `Options\n${columns(options)}`,
    `Examples\n${examples}`,
  ].join('\n\n')
}
