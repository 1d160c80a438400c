import { columns, helpOf, notUnderstood } from './command.ts'
import { COMMANDS, type Entry } from './commands/index.ts'
import { EXIT, Terminal } from './terminal.ts'

function programHelp(): string {
  const list = COMMANDS.map(({ name, summary }): [string, string] => [name, summary])
  return [
    'gesim-rsp: remote SIM provisioning of GSMA SGP.22 from the command line',
    'Usage\n  gesim-rsp COMMAND [options]\n  gesim-rsp COMMAND --help      what a command does, each option, examples',
    `Commands\n${columns(list)}`,
    [
      'A first download, in an empty folder',
      '  gesim-rsp profile --out .gesim-rsp/profiles/data.der    writes a profile',
      '  gesim-rsp serve                                         runs an SM-DP+; leave it running',
      '  gesim-rsp order --profile-type data                     prints an activation code',
      "  gesim-rsp download 'LPA:1$localhost:8443$…'             installs the profile on a card in software",
    ].join('\n'),
    [
      'Exit codes',
      '  0 done   1 refused by a card, a server or a rule   2 the command was not understood',
      '  3 somebody does not answer, try again              4 a fault of this program',
      '  130, 143 stopped by Ctrl-C or SIGTERM; a second one ends a download at once',
    ].join('\n'),
  ].join('\n\n')
}

function find(name: string): Entry {
  const found = COMMANDS.find((one) => one.name === name)
  if (found) return found
  const near = COMMANDS.find((one) => one.name.startsWith(name.slice(0, 3)))
  throw notUnderstood(`there is no command ${name}${near ? `; did you mean ${near.name}?` : ''}`)
}

const helpFor = async (entry: Entry) => helpOf(await entry.load(), entry.summary)

/** Runs the program with its arguments; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const terminal = new Terminal(args.includes('--json'))
  // Whoever reads may have read enough, as `head` does.
  process.stdout.on('error', () => process.exit(EXIT.done))
  try {
    const [first, ...rest] = args
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
      const named = rest.find((word) => !word.startsWith('-'))
      process.stdout.write(`${named ? await helpFor(find(named)) : programHelp()}\n`)
      return EXIT.done
    }
    const one = find(first)
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(`${await helpFor(one)}\n`)
      return EXIT.done
    }
    await (await one.load()).run(rest, terminal)
    return EXIT.done
  } catch (error) {
    return await terminal.failure(error)
  }
}
