import { Icon } from '../ui/icon.tsx'

const LINES = [
  { said: 'Your money, in escrow', by: 'the chain' },
  { said: 'Profile installed', by: 'your phone’s card' },
  { said: 'Usage counted', by: 'you and the carrier' },
  { said: 'Books closed', by: 'independent attestors' },
  { said: 'Carrier paid, rest returned', by: 'the contract' },
]

/** What a GeSIM receipt says, as a slip of paper. Words only: figures stand on real receipts. */
export function ReceiptSlip() {
  return (
    <div aria-hidden="true" className="relative mx-auto w-full max-w-sm rotate-1 drop-shadow-xl">
      <div className="slip-edge bg-surface px-7 py-9">
        <p className="flex items-center justify-between text-small font-semibold">
          Receipt
          <Icon name="receipt" className="size-5 text-faint" />
        </p>
        <ul className="mt-5 space-y-4">
          {LINES.map((line) => (
            <li key={line.said} className="flex gap-3">
              <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sea-wash text-sea">
                <Icon name="check" className="size-4" />
              </span>
              <span>
                <span className="block text-small font-medium">{line.said}</span>
                <span className="block text-caption text-faint">signed by {line.by}</span>
              </span>
            </li>
          ))}
        </ul>
        <p className="mt-6 border-t border-dashed border-edge/60 pt-4 text-caption text-soft">
          Checked here, in this browser. Nobody was asked to be believed.
        </p>
      </div>
    </div>
  )
}
