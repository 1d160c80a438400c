import type ending from './messages/en/ending.json'
import type failures from './messages/en/failures.json'
import type frame from './messages/en/frame.json'
import type id from './messages/en/id.json'
import type journey from './messages/en/journey.json'
import type keys from './messages/en/keys.json'
import type landing from './messages/en/landing.json'
import type privacy from './messages/en/privacy.json'
import type receipt from './messages/en/receipt.json'
import type recoverer from './messages/en/recoverer.json'
import type restore from './messages/en/restore.json'
import type shop from './messages/en/shop.json'
import type signIn from './messages/en/sign-in.json'
import type trust from './messages/en/trust.json'
import type wallet from './messages/en/wallet.json'

/** The English messages are the shape of all: a key that they do not have does not compile. */
declare module 'use-intl/core' {
  interface AppConfig {
    Messages: {
      ending: typeof ending
      failures: typeof failures
      frame: typeof frame
      id: typeof id
      journey: typeof journey
      keys: typeof keys
      landing: typeof landing
      privacy: typeof privacy
      receipt: typeof receipt
      recoverer: typeof recoverer
      restore: typeof restore
      shop: typeof shop
      'sign-in': typeof signIn
      trust: typeof trust
      wallet: typeof wallet
    }
  }
}
