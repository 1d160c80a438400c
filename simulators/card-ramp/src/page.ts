import type { Order } from './state.ts'

/** What a visitor can make happen. */
export const OUTCOMES = {
  pay: 'Pay',
  decline: 'Let the card be declined',
  undelivered: 'Pay, and let the delivery fail',
  cancel: 'Cancel and go back',
} as const

export type Outcome = keyof typeof OUTCOMES

const STYLE = `
:root{color-scheme:light dark;--paper:#f7f7f2;--ink:#1f2420;--soft:#566059;--line:#d5d9d2;--card:#fff;--accent:#7a4d00;--on:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#161a17;--ink:#eef2ee;--soft:#a8b3ab;--line:#323a34;--card:#1e2420;--accent:#f1bf6a;--on:#1f1600}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:min(27rem,100%);padding:2rem 1.25rem}h1{font-size:1.375rem;margin:.75rem 0 .25rem}p{color:var(--soft);margin:0 0 1rem}
.sandbox{display:inline-block;padding:.25rem .75rem;border:1px solid var(--accent);border-radius:1rem;color:var(--accent);font-weight:600}
dl{display:grid;grid-template-columns:1fr auto;gap:.5rem 1rem;margin:0 0 1.5rem;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.875rem}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}dt{color:var(--soft)}
button{display:block;width:100%;min-height:3rem;margin:0 0 .75rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.875rem;cursor:pointer}
button[value=pay]{background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`

const page = (nonce: string, title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style nonce="${nonce}">${STYLE}</style></head><body><main><span class="sandbox">Sandbox: no card, no money</span><h1>${title}</h1>${body}</main></body></html>`

const dollars = (minor: number) => `${(minor / 100).toFixed(2)} USD`

/** HTML of an order that waits for its payment. No script, no field to type a card into, no request to anywhere else. */
export function payPage(order: Order, nonce: string): string {
  const whole = BigInt(order.amountMicros) / 1_000_000n
  const rest = (BigInt(order.amountMicros) % 1_000_000n).toString().padStart(6, '0').slice(0, 2)
  const buttons = Object.entries(OUTCOMES)
    .map(
      ([value, words]) =>
        `<button name="outcome" value="${value}" data-testid="ramp-${value}">${words}</button>`,
    )
    .join('')
  return page(
    nonce,
    'Buy test USDC',
    `<p>This page runs on your own machine, in the place of a card provider. Nothing is charged; what arrives in the wallet is test money.</p><dl><dt>You get</dt><dd>${whole}.${rest} USDC</dd><dt>Fee of the provider</dt><dd>${dollars(order.feeMinor)}</dd><dt>You would pay</dt><dd>${dollars(order.payMinor)}</dd></dl><form method="post" action="/pay/${encodeURIComponent(order.orderId)}">${buttons}</form>`,
  )
}

/** HTML of an order that is over, or of none. */
export function overPage(order: Order | undefined, nonce: string): string {
  const back = order ? `<p><a href="${encodeURI(order.returnUrl)}">Back to the wallet</a></p>` : ''
  return page(nonce, 'Nothing to pay here', `<p>This order is over, or there never was one.</p>${back}`)
}
