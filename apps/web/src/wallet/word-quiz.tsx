'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { quizOf } from './quiz.ts'

/** Two of the twelve words are asked for, each among four. */
export function WordQuiz({
  words,
  onBack,
  onRight,
}: {
  words: readonly string[]
  onBack: () => void
  onRight: () => void
}) {
  const t = useTranslations('wallet')
  const [questions] = useState(() => quizOf(words))
  const [at, setAt] = useState(0)
  const [wrong, setWrong] = useState(false)
  const question = questions[at]!
  function answer(word: string) {
    if (word !== words[question.place]) return setWrong(true)
    setWrong(false)
    if (at + 1 === questions.length) onRight()
    else setAt(at + 1)
  }
  return (
    <section
      className="card p-5 sm:p-6"
      data-testid="quiz"
      data-place={question.place + 1}
      data-question={at + 1}
    >
      <h2 className="text-title">{t('quiz.which', { place: question.place + 1 })}</h2>
      <p className="mt-1 text-small text-soft">{t('quiz.from', { at: at + 1, of: questions.length })}</p>
      <ul className="mt-5 grid gap-3 sm:grid-cols-2">
        {question.choices.map((word) => (
          <li key={word}>
            <Button wide look="quiet" className="font-mono" onClick={() => answer(word)} data-word={word}>
              {word}
            </Button>
          </li>
        ))}
      </ul>
      {wrong && (
        <div className="mt-5">
          <Notice
            tone="wait"
            title={t('quiz.wrong')}
            action={
              <Button size="small" look="quiet" onClick={onBack}>
                {t('quiz.look')}
              </Button>
            }
          >
            {t('quiz.try')}
          </Notice>
        </div>
      )}
    </section>
  )
}
