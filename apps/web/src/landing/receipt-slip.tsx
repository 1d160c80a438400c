import { Icon } from '../ui/icon.tsx'
import { wordsOf } from '../words/language.ts'

const LINES = ['money', 'installed', 'usage', 'books', 'paid'] as const

/** What a GeSIM receipt says, as a slip of paper. Words only: figures stand on real receipts. */
export async function ReceiptSlip() {
  const t = await wordsOf('landing')
  return (
    <div aria-hidden="true" className="relative mx-auto w-full max-w-sm rotate-1 drop-shadow-xl">
      <div className="slip-edge bg-surface px-7 py-9">
        <p className="flex items-center justify-between text-small font-semibold">
          {t('slip.title')}
          <Icon name="receipt" className="size-5 text-faint" />
        </p>
        <ul className="mt-5 space-y-4">
          {LINES.map((line) => (
            <li key={line} className="flex gap-3">
              <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sea-wash text-sea">
                <Icon name="check" className="size-4" />
              </span>
              <span>
                <span className="block text-small font-medium">{t(`slip.${line}`)}</span>
                <span className="block text-caption text-faint">{t(`slip.${line}By`)}</span>
              </span>
            </li>
          ))}
        </ul>
        <p className="mt-6 border-t border-dashed border-edge/60 pt-4 text-caption text-soft">
          {t('slip.end')}
        </p>
      </div>
    </div>
  )
}
