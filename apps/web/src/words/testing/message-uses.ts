import { join, relative } from 'node:path'
import type { Node } from 'typescript/unstable/ast'
import { isCallExpression, isPropertyAccessExpression } from 'typescript/unstable/ast/is'
import { API, type Checker, type Type } from 'typescript/unstable/sync'

/** One place of the sources that asks for a message. */
export interface Use {
  readonly place: string
  readonly room: string
  /** `t`, or the name of its method: `rich`, `markup`, `raw`, `has`. */
  readonly way: string
  /** Every key that the expression can be, or null where its type does not say. */
  readonly keys: readonly string[] | null
  /** The names of what the message is given. */
  readonly given: readonly string[]
}

const WEB = join(import.meta.dirname, '../../..')

/**
 * Every use of a message, as the type checker sees it: a translator is known by its type, however it came there, and a
 * key that is put together by all the texts that its type allows.
 */
export function messageUses(): Use[] {
  const api = new API()
  try {
    const snapshot = api.updateSnapshot({ openProjects: [join(WEB, 'tsconfig.json')] })
    const [project] = snapshot.getProjects()
    const { program, checker } = project!
    return program
      .getSourceFileNames()
      .filter((name) => name.startsWith(join(WEB, 'src')) && !/\.(?:test\.ts|d\.ts|json)$/.test(name))
      .flatMap((name) => usesIn(program.getSourceFile(name)!, relative(join(WEB, 'src'), name), checker))
  } finally {
    api.close()
  }
}

function usesIn(file: Node, name: string, checker: Checker): Use[] {
  const uses: Use[] = []
  const walk = (node: Node) => {
    if (isCallExpression(node)) {
      const method = isPropertyAccessExpression(node.expression) ? node.expression : null
      const direct = roomOf(checker.getTypeAtLocation(node.expression))
      const room = direct ?? (method && roomOf(checker.getTypeAtLocation(method.expression)))
      const [key, values] = node.arguments
      if (room && key)
        uses.push({
          place: `${name}: ${node.getText().replace(/\s+/g, ' ').slice(0, 80)}`,
          room,
          way: direct ? 't' : method!.name.text,
          keys: textsOf(checker.getTypeAtLocation(key)),
          given: values ? namesOf(checker.getTypeAtLocation(values), checker) : [],
        })
    }
    node.forEachChild(walk)
  }
  walk(file)
  return uses
}

/** The room of a translator, from `Translator<Messages, 'shop'>`. */
function roomOf(type: Type | undefined): string | null {
  if (type?.getAliasSymbol()?.name !== 'Translator') return null
  const room = type.getAliasTypeArguments()[1]
  return room?.isStringLiteralType() ? room.value : null
}

function textsOf(type: Type | undefined): string[] | null {
  const kinds = type?.isUnionType() ? type.getTypes() : type ? [type] : []
  const texts = kinds.flatMap((kind) => (kind.isStringLiteralType() ? [kind.value] : []))
  return texts.length > 0 && texts.length === kinds.length ? texts : null
}

function namesOf(type: Type | undefined, checker: Checker): string[] {
  return type
    ? checker
        .getPropertiesOfType(type)
        .map((property) => property.name)
        .sort()
    : []
}
