'use client'
import { useRouter } from 'next/navigation'
import { type ComponentProps, type MouseEvent, startTransition } from 'react'

/**
 * A link within the app: it changes the page without a new document, and asks for what it can ahead once somebody is about
 * to follow it. The framework's own asks for every link in sight and takes addresses in more forms, at 2 kB of each first
 * visit.
 */
export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const router = useRouter()
  const ahead = () => router.prefetch(href)
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event)
    if (event.defaultPrevented || !isPlain(event)) return
    event.preventDefault()
    startTransition(() => router.push(href))
  }
  return <a {...rest} href={href} onClick={follow} onPointerEnter={ahead} onFocus={ahead} />
}

/** Whether a click asks for this page in this place: other keys and buttons ask for a new tab, a window or a file. */
function isPlain(event: MouseEvent<HTMLAnchorElement>): boolean {
  const { target } = event.currentTarget
  return (
    event.button === 0 &&
    !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) &&
    (target === '' || target === '_self') &&
    !event.currentTarget.hasAttribute('download')
  )
}
