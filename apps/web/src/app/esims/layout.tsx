import type { ReactNode } from 'react'
import { StoredNotice } from '../../offline/stored-notice.tsx'

export default function EsimsLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <StoredNotice />
      {children}
    </>
  )
}
