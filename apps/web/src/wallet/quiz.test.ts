import { expect, it } from 'vitest'
import { quizOf } from './quiz.ts'

const words = 'abandon ability able about above absent absorb abstract absurd abuse access accident'.split(
  ' ',
)

it('asks for two different places, the right word among four different ones', () => {
  for (let round = 0; round < 50; round++) {
    const questions = quizOf(words)
    expect(new Set(questions.map((question) => question.place)).size).toBe(2)
    for (const { place, choices } of questions) {
      expect(choices).toContain(words[place])
      expect(new Set(choices).size).toBe(4)
    }
  }
})

it('copes with a word that comes twice', () => {
  const twice = ['able', 'able', ...words.slice(4)]
  for (const { place, choices } of quizOf(twice)) {
    expect(choices.filter((word) => word === twice[place])).toHaveLength(1)
  }
})
