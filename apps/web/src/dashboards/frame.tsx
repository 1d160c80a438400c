'use client'
import type { ReactNode } from 'react'
import type { Polled } from '../api/use-polled.ts'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'

/** A heading inside a dashboard. */
export function Section({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <section className="mt-10 first:mt-0">
      <h2 className="text-title">{title}</h2>
      {lead && <p className="mt-1 max-w-3xl text-small text-soft">{lead}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}

/** Shows an answer once it is there; its failure, or its place, until then. An older answer stays while asking fails. */
export function Answer<T>({ of, children }: { of: Polled<T>; children: (answer: T) => ReactNode }) {
  if (of.data !== null) return <>{children(of.data)}</>
  if (of.failure?.status === 401 || of.failure?.status === 403)
    return (
      <Notice tone="wait" icon="key" title="This page is for those who run the service">
        Sign in as an operator or carrier, or use the API with a key of that role.
      </Notice>
    )
  if (of.failure) return <FailureNotice failure={of.failure} money="none" onAgain={() => void of.refresh()} />
  return <div className="h-48 animate-pulse rounded-card bg-sunken" aria-hidden="true" />
}

/** On a local network these pages are open to whoever sits at the machine; said aloud. */
export function OpenNotice() {
  return (
    <div className="mb-6">
      <Notice tone="plain" icon="eye" title="Open on this machine">
        On a local network this page is open without a key. In production it needs an operator’s or carrier’s
        session.
      </Notice>
    </div>
  )
}
