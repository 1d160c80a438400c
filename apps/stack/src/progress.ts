// A line per part with its time; on a terminal the line under way is shown until it is done.

const isTerminal = process.stdout.isTTY === true

const REMIND_MS = 60_000

/** Runs one part of the start and prints a line with how long it took; `why` it takes long is said each minute. */
export async function part<T>(title: string, work: () => Promise<T>, why?: string): Promise<T> {
  const startedAt = Date.now()
  if (isTerminal) process.stdout.write(`· ${title} …`)
  const minutes = () => Math.round((Date.now() - startedAt) / 60_000)
  const reminder = setInterval(() => line(`… ${title}, ${minutes()} min${why ? `: ${why}` : ''}`), REMIND_MS)
  try {
    const value = await work()
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    line(`✓ ${title.padEnd(34)} ${seconds.padStart(5)} s`)
    return value
  } catch (error) {
    line(`✗ ${title}`)
    throw error
  } finally {
    clearInterval(reminder)
  }
}

function line(text: string): void {
  process.stdout.write(isTerminal ? `\r\u001b[2K${text}\n` : `${text}\n`)
}
