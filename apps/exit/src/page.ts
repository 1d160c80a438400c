// The page: asks for a node and a key, shows what is the reader's on the chain, and takes it step by step.
import {
  type Alone,
  accountOf,
  type Belongings,
  checkOwner,
  type Ether,
  type ExitChain,
  openExitChain,
  readBelongings,
  readEther,
  type Search,
  search,
  sendAlone,
} from '@gesim/proofs/exit'
import { askView, type Draft, type Given } from './ask.ts'
import { el } from './element.ts'
import { keepNode, takeNode } from './kept-node.ts'
import { countdown as shownCountdown } from './shape.ts'
import { type Doing, shownView } from './shown.ts'
import { explainSilence, sayTrouble } from './trouble.ts'
import { LANGUAGES, type Language, preferred, speak } from './words/index.ts'

/** What was opened with the reader's node and key, and read last. */
interface Open {
  readonly chain: ExitChain
  readonly alone: Alone
  readonly rpcUrl: string
  seen: Search
  mine: Belongings
  ether: Ether
  /** By this device's clock, for counting down. */
  readAtMs: number
}

const root = document.getElementById('page')!
const baked = document.getElementById('network')!.textContent
const draft: Draft = { rpc: '', account: '', network: baked === 'null' ? '' : baked }
let language: Language = preferred(navigator.languages)
let open: Open | null = null
let trouble: unknown = null
let busy: string | null = null
let progress: number | null = null
let done = false
let narrowedTo: string | null = null

/** What a screen reader hears while a page changes under it. */
const status = el('p', { role: 'status', class: 'small', id: 'status' })

/**
 * From here on no other address can be asked, whatever this page or a script in it wanted. Policies only ever add up, so
 * another node needs a fresh page.
 */
function narrow(rpcUrl: string): void {
  const { origin } = new URL(rpcUrl)
  if (narrowedTo !== null) return
  narrowedTo = origin
  document.head.append(
    el('meta', { 'http-equiv': 'Content-Security-Policy', content: `connect-src ${origin}` }),
  )
}

async function given(all: Given): Promise<void> {
  await work('connecting', async () => {
    if (narrowedTo !== null && narrowedTo !== new URL(all.rpcUrl).origin) return startOver(all.rpcUrl)
    narrow(all.rpcUrl)
    try {
      const chain = await openExitChain(all.rpcUrl, all.network)
      const account = all.account ?? accountOf(all.owner.address, all.network)
      const alone = { owner: all.owner, account }
      await checkOwner(chain, alone)
      const seen = await search(chain, account, all.files, { onProgress: tellProgress })
      open = { chain, alone, rpcUrl: all.rpcUrl, seen, ...(await read(chain, alone, seen)) }
    } catch (error) {
      throw await explainSilence(error, all.rpcUrl)
    }
  })
}

async function read(chain: ExitChain, { owner, account }: Alone, seen: Search) {
  const [mine, ether] = await Promise.all([
    readBelongings(chain, account, seen),
    readEther(chain, owner.address),
  ])
  return { mine, ether, readAtMs: Date.now() }
}

async function lookAgain(): Promise<void> {
  const now = open
  if (!now) return
  await work('connecting', async () => {
    now.seen = await search(now.chain, now.alone.account, now.seen.kept, { after: now.seen.found })
    Object.assign(now, await read(now.chain, now.alone, now.seen))
  })
}

async function make(doing: Doing): Promise<void> {
  const now = open
  if (!now) return
  await work('sending', async () => {
    try {
      await sendAlone(now.chain, now.alone, doing.calls, {
        onSent: (hash) => {
          busy = speak(language)('sent', { hash })
          draw()
        },
      })
      done = true
    } finally {
      // Also after a refusal: what the chain says has probably changed.
      now.seen = await search(now.chain, now.alone.account, now.seen.kept, { after: now.seen.found })
      Object.assign(now, await read(now.chain, now.alone, now.seen))
    }
  })
}

function tellProgress(share: number): void {
  progress = share
  const bar = root.querySelector('progress')
  if (!bar) {
    draw()
    return
  }
  bar.value = share
  bar.previousElementSibling!.textContent = speak(language)('reading', { percent: Math.floor(share * 100) })
}

/** One thing at a time: what runs is shown, what fails is said, and the page is drawn anew. */
async function work(what: 'connecting' | 'sending', task: () => Promise<void>): Promise<void> {
  if (busy !== null) return
  busy = speak(language)(what)
  trouble = null
  done = false
  draw()
  try {
    await task()
  } catch (error) {
    trouble = error
  } finally {
    busy = null
    progress = null
    draw()
  }
}

/** A fresh page forgets the key, and knows only the node that its reader typed. */
function startOver(rpcUrl = ''): void {
  keepNode(() => sessionStorage, rpcUrl)
  location.reload()
}

function draw(): void {
  const say = speak(language)
  const { tag } = LANGUAGES[language]
  const info = new Intl.Locale(tag)
  document.documentElement.lang = info.language
  document.documentElement.dir = info.language === 'ar' ? 'rtl' : 'ltr'
  document.title = `${say('title')} · GeSIM`
  status.textContent = busy ?? (trouble !== null ? sayTrouble(say, trouble) : done ? say('done') : '')
  const focused = document.activeElement?.id
  root.replaceChildren(
    el('h1', { tabindex: -1 }, say('title')),
    el('p', { class: 'lead' }, say('lead')),
    el('p', { class: 'note' }, say('alive')),
    ...(trouble !== null && busy === null
      ? [
          el(
            'div',
            { class: 'note bad', id: 'trouble' },
            el('h2', {}, say('trouble')),
            el('p', {}, sayTrouble(say, trouble)),
          ),
        ]
      : []),
    ...(done && busy === null ? [el('p', { class: 'note good', id: 'done' }, say('done'))] : []),
    ...(busy === null ? [] : [working(say)]),
    ...body(say, tag),
    languages(say),
    status,
  )
  if (focused) document.getElementById(focused)?.focus()
}

function working(say: ReturnType<typeof speak>): HTMLElement {
  const words = progress === null ? busy! : say('reading', { percent: Math.floor(progress * 100) })
  return el(
    'div',
    { class: 'note wait', id: 'busy' },
    el('p', {}, words),
    progress !== null && el('progress', { max: 1, value: progress, 'aria-label': say('connecting') }),
  )
}

function body(say: ReturnType<typeof speak>, tag: string): Node[] {
  if (!open) {
    if (busy !== null) return []
    return [
      askView(say, draft, given, (error) => {
        trouble = error
        // The form keeps what was typed: only what is above it changes.
        const form = root.querySelector('form')!
        const key = (form.querySelector('#key') as HTMLTextAreaElement).value
        draw()
        ;(root.querySelector('#key') as HTMLTextAreaElement).value = key
        document.getElementById('trouble')?.scrollIntoView({ block: 'nearest' })
      }),
    ]
  }
  const view = shownView(say, tag, { ...open, isBusy: busy !== null }, make)
  return [
    ...view,
    el('p', { class: 'small' }, say('resume')),
    el(
      'button',
      { class: 'quiet', id: 'again', disabled: busy !== null, onclick: () => void lookAgain() },
      say('again'),
    ),
    el('button', { class: 'quiet', id: 'over', onclick: () => startOver() }, say('over')),
  ]
}

function languages(say: ReturnType<typeof speak>): HTMLElement {
  const select = el('select', { id: 'language' })
  for (const [each, { name }] of Object.entries(LANGUAGES))
    select.append(el('option', { value: each, selected: each === language, lang: each }, name))
  select.addEventListener('change', () => {
    language = select.value as Language
    draw()
  })
  return el('div', { class: 'field' }, el('label', { for: 'language' }, say('language')), select)
}

// Counts down by the chain's clock, and looks again when something can be done.
setInterval(() => {
  if (!open) return
  const { tag } = LANGUAGES[language]
  const chainNow = open.mine.chainNow + (Date.now() - open.readAtMs) / 1000
  let isDue = false
  for (const place of root.querySelectorAll<HTMLElement>('[data-until]')) {
    const left = Number(place.dataset.until) - chainNow
    place.textContent = speak(language)('next', { time: shownCountdown(left, tag) })
    if (left <= 0) isDue = true
  }
  // Twice a minute besides: a question may be answered early, ether may arrive.
  const isOld = Date.now() - open.readAtMs > 30_000 && root.querySelector('[data-until],#fee') !== null
  if ((isDue || isOld) && busy === null && document.visibilityState === 'visible') void lookAgain()
}, 1_000)

draft.rpc = takeNode(() => sessionStorage)
draw()
