// Finds the places of a Solidity file that can be passed or not (functions, statements, sides of decisions, blocks of
// assembly) in the compiler's syntax tree, and writes the file anew with a probe at each.

export interface Place {
  number: number
  file: string
  kind: 'function' | 'statement' | 'side'
  /** Lines of the source, from 1. */
  from: number
  to: number
  /** Of a decision: which way, and the line where it begins. */
  side?: string
  decision?: number
  /** The code there, on one line. */
  code: string
}

export interface Node {
  nodeType: string
  src: string
  [key: string]: unknown
}

interface Edit {
  at: number
  /** Bytes that the text takes the place of. */
  cut: number
  text: string
}

const LEAVES =
  /^\s*(break|leave|continue)\b|\b(revert|return|stop|invalid)\s*\(|\{[^}]*\b(break|leave|continue)\b/

/** Positions are bytes, as the compiler counts: text is held as latin1. */
export class ProbedFile {
  readonly places: Place[] = []
  readonly #edits: Edit[] = []
  readonly #text: string
  readonly #lineStarts: number[]
  readonly file: string
  readonly first: number
  #pure = false
  #firstMark = 0

  constructor(file: string, source: string, ast: Node, first: number) {
    this.file = file
    this.first = first
    this.#text = Buffer.from(source, 'utf8').toString('latin1')
    this.#lineStarts = [0, ...Array.from(this.#text.matchAll(/\n/g), ({ index }) => index + 1)]
    for (const contract of nodesIn(ast.nodes)) {
      if (contract.nodeType === 'FunctionDefinition') this.#function(contract)
      for (const part of nodesIn(contract.nodes)) {
        if (part.nodeType === 'FunctionDefinition' || part.nodeType === 'ModifierDefinition')
          this.#function(part)
      }
    }
  }

  /** The file with probes, which `probe` (an import path) makes known. */
  written(probe: string): string {
    const pragma = /^pragma [^;]*;/m.exec(this.#text)
    if (!pragma) throw new Error(`${this.file} has no pragma`)
    const edits = [
      { at: pragma.index + pragma[0].length, cut: 0, text: `\nimport {Probe} from "${probe}";` },
      ...this.#edits,
    ]
      .map((edit, order) => ({ ...edit, order }))
      .sort((a, b) => a.at - b.at || a.order - b.order)
    let text = ''
    let from = 0
    for (const { at, cut, text: added } of edits) {
      text += this.#text.slice(from, at) + added
      from = Math.max(from, at + cut)
    }
    return Buffer.from(text + this.#text.slice(from), 'latin1').toString('utf8')
  }

  #function(node: Node): void {
    const body = node.body as Node | null | undefined
    if (!body) return
    this.#pure = node.stateMutability === 'pure'
    const start = startOf(node)
    const place = this.#place('function', start, startOf(body) + 1)
    this.#insert(startOf(body) + 1, ` Probe.at(${place});`)
    this.#block(body)
  }

  #block(block: Node): void {
    for (const statement of nodesIn(block.statements)) this.#statement(statement)
  }

  /** What stands alone where a block could: gets braces, so that a probe fits before it. */
  #body(node: Node): void {
    if (isBlock(node)) this.#block(node)
    else {
      this.#insert(startOf(node), '{ ')
      this.#statement(node)
      this.#insert(this.#endOf(node), ' }')
    }
  }

  #statement(node: Node): void {
    if (isBlock(node)) {
      this.#block(node)
      return
    }
    const place = this.#place('statement', startOf(node), endOf(node))
    this.#insert(startOf(node), `Probe.at(${place}); `)
    if (node.nodeType === 'IfStatement') this.#if(node)
    else if (/^(For|While|DoWhile)Statement$/.test(node.nodeType)) {
      for (const part of ['initializationExpression', 'condition', 'loopExpression'])
        this.#ternaries(node[part])
      this.#body(node.body as Node)
    } else if (node.nodeType === 'TryStatement') {
      this.#ternaries(node.externalCall)
      this.#clauses(node)
    } else if (node.nodeType === 'InlineAssembly') this.#assembly(node)
    else if (!this.#require(node)) this.#ternaries(node)
  }

  #if(node: Node): void {
    const [trueBody, falseBody] = [node.trueBody as Node, node.falseBody as Node | undefined]
    const condition = node.condition as Node
    this.#ternaries(condition)
    const yes = this.#side(node, condition, 'true')
    this.#insert(startOf(trueBody), `{ Probe.at(${yes}); `)
    this.#body(trueBody)
    this.#insert(this.#endOf(trueBody), ' }')
    const no = this.#side(node, condition, 'false')
    if (falseBody) {
      this.#insert(startOf(falseBody), `{ Probe.at(${no}); `)
      this.#body(falseBody)
      this.#insert(this.#endOf(falseBody), ' }')
    } else this.#insert(this.#endOf(node), ` else { Probe.at(${no}); }`)
  }

  /** `require(condition, error)` becomes an `if` with both its sides: no deeper on the stack than it was. */
  #require(statement: Node): boolean {
    const call = statement.expression
    if (statement.nodeType !== 'ExpressionStatement' || !isNode(call)) return false
    if (call.nodeType !== 'FunctionCall' || (call.expression as Node).name !== 'require') return false
    const [condition, error] = nodesIn(call.arguments)
    if (!condition) return false
    const yes = this.#side(statement, condition, 'true')
    const no = this.#side(statement, condition, 'false')
    this.#replace(startOf(call), startOf(condition), 'if (!(')
    this.#ternaries(condition)
    const isText = error?.nodeType === 'Literal'
    const opens = isText || !error ? 'revert(' : 'revert '
    this.#replace(endOf(condition), error ? startOf(error) : endOf(call), `)) { Probe.at(${no}); ${opens}`)
    if (error) this.#ternaries(error)
    if (error) this.#replace(endOf(error), endOf(call), '')
    this.#insert(endOf(call), `${isText || !error ? ')' : ''}; } else Probe.at(${yes})`)
    return true
  }

  #clauses(node: Node): void {
    for (const [at, clause] of nodesIn(node.clauses).entries()) {
      const block = clause.block as Node
      const place = this.#place(
        'side',
        startOf(clause),
        startOf(block),
        at === 0 ? 'succeeds' : `catch ${at}`,
        node,
      )
      this.#insert(startOf(block) + 1, ` Probe.at(${place});`)
      this.#block(block)
    }
  }

  /** Each `a ? b : c` inside. */
  #ternaries(value: unknown): void {
    if (Array.isArray(value)) for (const each of value) this.#ternaries(each)
    if (!isNode(value)) return
    if (value.nodeType === 'Conditional') {
      const condition = value.condition as Node
      const yes = this.#side(value, condition, '? true')
      this.#side(value, condition, '? false')
      this.#insert(startOf(condition), 'Probe.side(')
      this.#ternaries(condition)
      this.#insert(endOf(condition), `, ${yes})`)
      this.#ternaries([value.trueExpression, value.falseExpression])
    } else for (const part of Object.values(value)) this.#ternaries(part)
  }

  #assembly(node: Node): void {
    const first = this.#next
    this.#firstMark = first
    this.#yulBlock(node.AST as Node)
    if (this.#pure && this.#next > first) this.#insert(this.#endOf(node), ` Probe.marks(${first});`)
  }

  #yulBlock(block: Node, place?: number): void {
    let waiting = place
    for (const statement of nodesIn(block.statements)) {
      if (waiting !== undefined) this.#insert(startOf(statement), this.#yulProbe(waiting))
      this.#yulStatement(statement)
      const mayLeave = LEAVES.test(this.#text.slice(startOf(statement), endOf(statement)))
      const rest: [number, number] = [endOf(statement) + 1, endOf(block) - 1]
      const isLast = this.#text.slice(...rest).trim() === ''
      waiting = mayLeave && !isLast ? this.#place('statement', ...rest) : undefined
    }
  }

  #yulStatement(statement: Node): void {
    const inside = (block: Node, side?: string) =>
      this.#yulBlock(block, this.#place('statement', startOf(block), endOf(block), side, statement))
    const type = statement.nodeType
    if (type === 'YulIf') inside(statement.body as Node, 'true')
    if (type === 'YulForLoop') inside(statement.body as Node)
    if (type === 'YulBlock') this.#yulBlock(statement)
    for (const choice of type === 'YulSwitch' ? nodesIn(statement.cases) : []) {
      const value = choice.value as Node | 'default'
      inside(choice.body as Node, value === 'default' ? 'default' : `case ${String(value.value)}`)
    }
  }

  /** Pure assembly may call nothing: it marks a bit. Elsewhere the console is called, and what was returned is put back. */
  #yulProbe(place: number): string {
    if (this.#pure) return `mstore(0x20000, or(mload(0x20000), ${2n ** BigInt(place - this.#firstMark)})) `
    return (
      '{ let probed := returndatasize() returndatacopy(0x20100, 0, probed) mstore(0x20000, 0xf82c50f1) ' +
      `mstore(0x20020, add(7000000000, ${place})) ` +
      'pop(staticcall(gas(), 0x000000000000000000636F6e736F6c652e6c6f67, 0x2001c, 0x24, 0, 0)) ' +
      'pop(staticcall(gas(), 4, 0x20100, probed, 0, 0)) } '
    )
  }

  get #next(): number {
    return this.first + this.places.length
  }

  #side(decision: Node, condition: Node, side: string): number {
    return this.#place('side', startOf(condition), endOf(condition), side, decision)
  }

  #place(kind: Place['kind'], from: number, to: number, side?: string, decision?: Node): number {
    const number = this.#next
    this.places.push({
      number,
      file: this.file,
      kind,
      from: this.#line(from),
      to: this.#line(to),
      ...(side === undefined ? {} : { side }),
      ...(decision ? { decision: this.#line(startOf(decision)) } : {}),
      code: Buffer.from(this.#text.slice(from, to), 'latin1').toString('utf8').replace(/\s+/g, ' ').trim(),
    })
    return number
  }

  #line(at: number): number {
    return this.#lineStarts.findLastIndex((start) => start <= at) + 1
  }

  /** Past the semicolon, which the tree leaves out. */
  #endOf(node: Node): number {
    const end = endOf(node)
    const semicolon = /^\s*;/.exec(this.#text.slice(end, end + 200))
    return end + (semicolon?.[0].length ?? 0)
  }

  #insert(at: number, text: string): void {
    this.#edits.push({ at, cut: 0, text })
  }

  #replace(from: number, to: number, text: string): void {
    this.#edits.push({ at: from, cut: to - from, text })
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'nodeType' in value
}

function isBlock({ nodeType }: Node): boolean {
  return nodeType === 'Block' || nodeType === 'UncheckedBlock'
}

function nodesIn(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

function startOf({ src }: Node): number {
  return Number(src.split(':')[0])
}

function endOf(node: Node): number {
  return startOf(node) + Number(node.src.split(':')[1])
}
