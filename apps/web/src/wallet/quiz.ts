/** A question about one of the words: its place, and the words to choose from. */
export interface Question {
  /** Place in the list, from 0. */
  readonly place: number
  readonly choices: readonly string[]
}

const QUESTIONS = 2
const CHOICES = 4

/** Draws questions about different places. The wrong choices are words of the same list, so that none stands out. */
export function quizOf(words: readonly string[], random: () => number = secureRandom): Question[] {
  const places = shuffled(
    words.map((_, place) => place),
    random,
  ).slice(0, QUESTIONS)
  return places.map((place) => {
    const others = [...new Set(words.filter((word) => word !== words[place]))]
    return {
      place,
      choices: shuffled([words[place]!, ...shuffled(others, random).slice(0, CHOICES - 1)], random),
    }
  })
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

function secureRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32
}
