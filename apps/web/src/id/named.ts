/** What purchases and their states are called in the reader's language: the server says it, so the browser needs no words for it. */
export type Named = Readonly<Record<string, { readonly title: string; readonly state: string }>>
