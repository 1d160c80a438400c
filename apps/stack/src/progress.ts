// A line per part with its time; on a terminal the line under way is shown until it is done.

const isTerminal = process.stdout.isTTY === true

/** Runs one part of the start and prints a line with how long it took. */
export async function part<T>(
  title: string,
  work: () => Promise<T>,
  detail?: (value: T) => string,
): Promise<T> {
  const startedAt = Date.now()
  if (isTerminal) process.stdout.write(`· ${title} …`)
  try {
    const value = await work()
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
    const more = detail ? `  ${detail(value)}` : ''
    line(`✓ ${title.padEnd(34)} ${seconds.padStart(5)} s${more}`)
    return value
  } catch (error) {
    line(`✗ ${title}`)
    throw error
  }
}

function line(text: string): void {
  process.stdout.write(isTerminal ? `\r\u001b[2K${text}\n` : `${text}\n`)
}
