import { ButtonLink } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'
import { Page } from '../ui/site-frame.tsx'

export default function NotFound() {
  return (
    <Page title="Nothing here">
      <Empty
        icon="search"
        title="This page does not exist, or is not yours to see"
        action={<ButtonLink href="/plans">See the plans</ButtonLink>}
      >
        A purchase is shown only to the account that made it. If you followed your own link, sign in with the
        same account as when you bought.
      </Empty>
    </Page>
  )
}
