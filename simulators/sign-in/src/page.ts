// The page on which one chooses who to be. No script, no request to anywhere else.

/** A person of the local provider. Not real, and nothing of it but an identifier ever reaches GeSIM. */
export interface Persona {
  readonly id: string
  readonly name: string
  readonly about: string
}

export const PERSONAS: readonly Persona[] = [
  { id: 'ada', name: 'Ada', about: 'Two weeks by train through Spain, first eSIM of her life' },
  { id: 'noor', name: 'Noor', about: 'Flies every week, counts every megabyte' },
]

const STYLE = `
:root{color-scheme:light dark;--paper:#fbfaf7;--ink:#1d2723;--soft:#5b6762;--line:#d9ddd8;--card:#fff;--accent:#2f5d50}
@media(prefers-color-scheme:dark){:root{--paper:#141a18;--ink:#eef2ef;--soft:#a3b0aa;--line:#2e3834;--card:#1c2421;--accent:#8fc7b4}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:min(26rem,100%);padding:2rem 1.25rem}h1{font-size:1.375rem;margin:0 0 .25rem}p{color:var(--soft);margin:0 0 1.5rem}
button{display:flex;gap:.875rem;align-items:center;width:100%;min-height:4rem;margin:0 0 .75rem;padding:.75rem 1rem;text-align:left;font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.875rem;cursor:pointer}
button:hover{border-color:var(--accent)}button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.face{flex:none;display:grid;place-items:center;width:2.5rem;height:2.5rem;border-radius:50%;background:var(--accent);color:var(--paper);font-weight:600}
small{display:block;color:var(--soft)}form{margin:0}.quiet{margin:1rem 0 0;font-size:.875rem}`

/** HTML of the choice for one sign-in under way. */
export function pickPage(uid: string, nonce: string): string {
  const buttons = PERSONAS.map(
    ({ id, name, about }) =>
      `<button name="persona" value="${id}" data-testid="persona-${id}"><span class="face" aria-hidden="true">${name[0]}</span><span><strong>${name}</strong><small>${about}</small></span></button>`,
  ).join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Who are you today?</title><style nonce="${nonce}">${STYLE}</style></head><body><main><h1>Who are you today?</h1><p>This sign-in provider runs on your own machine. In production this is Google, Apple or another.</p><form method="post" action="/pick/${encodeURIComponent(uid)}">${buttons}</form><p class="quiet">GeSIM asks for nothing but an identifier: no name, no e-mail.</p></main></body></html>`
}
