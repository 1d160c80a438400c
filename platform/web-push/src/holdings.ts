import { type Holding, ofAccount, sealed, text, time } from '@gesim/store'

/** What is stored of browsers that want to be told. */
export const webPushHoldings: readonly Holding[] = [
  {
    group: 'browsers',
    table: 'gesim.web_push_subscriptions',
    mine: ofAccount(),
    fields: {
      name: text('secret-hash'),
      account: text('account'),
      subscription: sealed('browser'),
      created_at: time('created'),
      renewed_at: time('renewed'),
    },
    why: 'notices',
    until: 'turned-off',
    forgotten: true,
    newest: 'renewed_at',
  },
]
