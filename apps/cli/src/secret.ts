// What is typed or piped. A secret is never an argument: arguments are seen by every program of the machine and kept by shells.
import { stderr, stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { createInterface as createDialogue } from 'node:readline/promises'

const MOST_BYTES = 4_096

/** Reads one line. On a terminal it asks, and shows nothing of what is typed. */
export async function readSecret(question: string): Promise<string> {
  if (stdin.isTTY) return typed(question)
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > MOST_BYTES || text.includes('\n')) break
  }
  return text.split('\n')[0]!.slice(0, MOST_BYTES)
}

/** Reads one line that may be seen. Null where nobody is there to answer. */
export async function readAnswer(question: string): Promise<string | null> {
  if (!stdin.isTTY) return null
  const lines = createDialogue({ input: stdin, output: stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

function typed(question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    stderr.write(question)
    stdin.setRawMode(true)
    // Without an output nothing is echoed.
    const lines = createInterface({ input: stdin, terminal: true })
    const end = () => {
      stdin.setRawMode(false)
      stderr.write('\n')
      lines.close()
    }
    lines.once('line', (line) => {
      end()
      resolve(line)
    })
    lines.once('SIGINT', () => {
      end()
      reject(new Error('stopped'))
    })
  })
}
