import { wordsOf } from '../words/language.ts'
/**
 * How money and data move, drawn twice: upright for narrow screens, lying for wide ones. The list beside it says the
 * same in words, so a screen reader passes over the drawing.
 */
export async function FlowPicture() {
  const t = await wordsOf('landing')
  return (
    // The drawing has its own left and right, also where text runs from right to left.
    <figure aria-hidden="true" dir="ltr">
      <svg aria-hidden="true" viewBox="0 0 340 470" className="mx-auto w-full max-w-sm md:hidden">
        <Thread d="M84 92 V196" tone="sea" />
        <Thread d="M120 252 H208 Q236 252 236 280 V364" tone="sea" />
        <Thread d="M44 196 V92" tone="sea" dashed />
        <Thread d="M286 364 V70 Q286 52 268 52 H142" tone="sky" />
        <Thread d="M186 404 H64 Q46 404 46 386 V286" tone="ink" dashed />
        <Head x={84} y={197} to="down" tone="sea" />
        <Head x={236} y={365} to="down" tone="sea" />
        <Head x={44} y={95} to="up" tone="sea" />
        <Head x={145} y={52} to="left" tone="sky" />
        <Head x={46} y={281} to="up" tone="ink" />
        <Label x={96} y={150}>
          {t('flow.pay')}
        </Label>
        <Label x={34} y={150} end>
          {t('flow.rest')}
        </Label>
        <Label x={150} y={240}>
          {t('flow.paid')}
        </Label>
        <Label x={276} y={150} end>
          {t('flow.data')}
        </Label>
        <Label x={66} y={394}>
          {t('flow.signed')}
        </Label>
        <Node x={14} y={16} width={128} title={t('flow.you')} note={t('flow.phone')} />
        <Node x={14} y={200} width={106} title={t('flow.escrow')} note={t('flow.contract')} strong />
        <Node x={186} y={368} width={140} title={t('flow.carrier')} note={t('flow.network')} />
      </svg>
      <svg aria-hidden="true" viewBox="0 0 1000 330" className="hidden w-full md:block">
        <Thread d="M216 120 H398" tone="sea" />
        <Thread d="M602 120 H784" tone="sea" />
        <Thread d="M398 162 H216" tone="sea" dashed />
        <Thread d="M862 84 V56 Q862 30 836 30 H164 Q138 30 138 56 V84" tone="sky" />
        <Thread d="M138 198 V262 Q138 286 162 286 H476 Q500 286 500 262 V206" tone="ink" dashed />
        <Thread d="M862 198 V262 Q862 286 838 286 H524 Q500 286 500 262 V206" tone="ink" dashed />
        <Head x={400} y={120} to="right" tone="sea" />
        <Head x={786} y={120} to="right" tone="sea" />
        <Head x={219} y={162} to="left" tone="sea" />
        <Head x={138} y={86} to="down" tone="sky" />
        <Head x={500} y={205} to="up" tone="ink" />
        <Label x={306} y={108} middle>
          {t('flow.pay')}
        </Label>
        <Label x={306} y={184} middle>
          {t('flow.returns')}
        </Label>
        <Label x={692} y={108} middle>
          {t('flow.isPaid')}
        </Label>
        <Label x={500} y={20} middle>
          {t('flow.data')}
        </Label>
        <Label x={318} y={308} middle>
          {t('flow.phoneSigns')}
        </Label>
        <Label x={682} y={308} middle>
          {t('flow.carrierSigns')}
        </Label>
        <Node x={60} y={88} width={156} height={106} title={t('flow.you')} note={t('flow.phoneKey')} />
        <Node
          x={402}
          y={88}
          width={196}
          height={114}
          title={t('flow.escrow')}
          note={t('flow.contractLong')}
          strong
        />
        <Node x={788} y={88} width={152} height={106} title={t('flow.carrier')} note={t('flow.network')} />
      </svg>
    </figure>
  )
}

/** The head of a thread: a small triangle at its end. */
function Head({
  x,
  y,
  to,
  tone,
}: {
  x: number
  y: number
  to: 'up' | 'down' | 'left' | 'right'
  tone: keyof typeof FILLS
}) {
  const turn = { right: 0, down: 90, left: 180, up: 270 }[to]
  return (
    <path
      d="M-9 -6 L2 0 L-9 6 Z"
      transform={`translate(${x} ${y}) rotate(${turn})`}
      className={FILLS[tone]}
    />
  )
}

const FILLS = { sea: 'fill-sea', sky: 'fill-sky', ink: 'fill-faint' } as const

const TONES = { sea: 'stroke-sea', sky: 'stroke-sky', ink: 'stroke-faint' } as const

function Thread({ d, tone, dashed }: { d: string; tone: keyof typeof TONES; dashed?: boolean }) {
  return (
    <>
      <path
        d={d}
        fill="none"
        strokeWidth={dashed ? 1.75 : 3}
        strokeLinecap="round"
        strokeDasharray={dashed ? '3 7' : undefined}
        className={`${TONES[tone]} ${dashed ? '' : 'opacity-35'}`}
      />
      {!dashed && (
        <path
          d={d}
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray="6 18"
          className={`travel ${TONES[tone]}`}
        />
      )}
    </>
  )
}

function Label({
  x,
  y,
  end,
  middle,
  children,
}: {
  x: number
  y: number
  end?: boolean
  middle?: boolean
  children: string
}) {
  return (
    <text
      x={x}
      y={y}
      textAnchor={middle ? 'middle' : end ? 'end' : 'start'}
      className="fill-soft text-[14px] font-medium"
    >
      {children}
    </text>
  )
}

function Node({
  x,
  y,
  width,
  height = 76,
  title,
  note,
  strong,
}: {
  x: number
  y: number
  width: number
  height?: number
  title: string
  note: string
  strong?: boolean
}) {
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx="18"
        strokeWidth="1.5"
        className={strong ? 'fill-sea stroke-sea' : 'fill-surface stroke-edge'}
      />
      <text
        x={x + width / 2}
        y={y + height / 2 - 3}
        textAnchor="middle"
        className={`text-[19px] font-bold ${strong ? 'fill-on-sea' : 'fill-ink'}`}
      >
        {title}
      </text>
      <text
        x={x + width / 2}
        y={y + height / 2 + 18}
        textAnchor="middle"
        className={`text-[13px] ${strong ? 'fill-on-sea' : 'fill-soft'}`}
      >
        {note}
      </text>
    </g>
  )
}
