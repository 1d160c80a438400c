// The address of the node over a reload of the page. It is never taken from the page's own address: whoever sends a link
// would choose the node that is believed.
const NAME = 'gesim-exit-node'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Keeps what the reader typed for the page after this one, in this tab alone. Where nothing can be kept it is typed again. */
export function keepNode(store: () => Store, rpcUrl: string): void {
  try {
    if (rpcUrl) store().setItem(NAME, rpcUrl)
  } catch {
    // A browser may forbid a page to store, above all one from a file.
  }
}

/** What was kept, once: it may hold its reader's own key for that node, so it does not stay. */
export function takeNode(store: () => Store): string {
  try {
    const kept = store().getItem(NAME) ?? ''
    store().removeItem(NAME)
    return kept
  } catch {
    return ''
  }
}
