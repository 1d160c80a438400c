import type { SyntheticEvent } from 'react'

/** Before a form of the footer is sent: with scripts the search of the page is kept as well as its path. */
export function keepSearch(event: SyntheticEvent<HTMLFormElement>): void {
  const back = event.currentTarget.elements.namedItem('back')
  if (back instanceof HTMLInputElement) back.value = location.pathname + location.search
}
