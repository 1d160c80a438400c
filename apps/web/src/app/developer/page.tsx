import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { Network } from '../../api/shapes.ts'
import { OpenNotice } from '../../dashboards/frame.tsx'
import { DeveloperView } from '../../dashboards/in-browser.tsx'
import { Page } from '../../ui/page.tsx'

export const metadata: Metadata = { title: 'Developers' }

export default async function DeveloperPage() {
  const { answer } = await tryFromServer<Network>('/v1/network')
  return (
    <Page
      english
      wide
      title="Developers"
      lead="Build on this installation: keys, requests, events, and the API as it describes itself."
    >
      {answer?.local && <OpenNotice />}
      <DeveloperView />
    </Page>
  )
}
