import { unreachable } from '@gesim/base'
import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import { defineStage, type StageContext } from '@gesim/store'
import { sql } from 'kysely'
import { identityAccess } from './access.ts'
import { chainAccounts } from './chain.ts'
import { cookiesFor } from './cookies.ts'
import { noteToken, settleEndings } from './endings.ts'
import { identityFailures } from './failures.ts'
import { identityHoldings } from './holdings.ts'
import { makeKeyParts, sweepRetired } from './key-parts.ts'
import { seedKeys } from './keys.ts'
import { oidcProvider } from './oidc.ts'
import { makePasskeys, sweepChallenges } from './passkeys.ts'
import { registerRoutes } from './routes.ts'
import { sweep } from './sessions.ts'
import { identitySettings } from './settings.ts'
import { makeSignIn } from './sign-in.ts'
import { makeWallet } from './wallet.ts'

export { identityAccess } from './access.ts'
export { identitySettings }

/** How often the tokens of ended accounts are looked after. */
const ENDINGS_EVERY_SECONDS = 4

/** Who signs in: sessions, wallets, API keys, DID documents. */
export const identityStage = defineStage({
  name: 'identity',
  failures: identityFailures,
  holdings: identityHoldings,
  settings: identitySettings,

  async start({ store, settings, chain, clock }) {
    if (!chain) throw unreachable('identity.no-chain', { why: 'no chain is configured' })
    const accounts = chainAccounts(chain)
    await seedKeys(store.db, settings.seedKeys)
    const follower = store.follow(
      { reader: 'identity', kinds: ['identity.minted', 'identity.burned', 'budget.granted'] },
      async (event, tx) => {
        if (event.kind === 'identity.minted') {
          await sql`update gesim.identity_accounts set token_id = ${event.body.tokenId}, mint_tx = ${event.body.txHash}
            where account = ${event.body.account}`.execute(tx)
          await noteToken(tx, event.body.account, { minted: true })
        } else if (event.kind === 'identity.burned') {
          await sql`update gesim.identity_accounts set token_id = null, mint_tx = null
            where account = ${event.body.account}`.execute(tx)
          await noteToken(tx, event.body.account, { burnedBy: event.body.txHash })
        } else
          await sql`update gesim.identity_accounts set budget_micros = ${event.body.amountMicros},
              budget_valid_until = ${event.body.validUntil}, budget_tx = ${event.body.txHash}
            where account = ${event.body.account}`.execute(tx)
      },
    )
    const sweeper = store.schedule('identity.sweep', 300, async (tx) => {
      await sweep(tx)
      await sweepChallenges(tx)
      await sweepRetired(tx)
    })
    const endings = store.schedule('identity.endings', ENDINGS_EVERY_SECONDS, (tx) =>
      settleEndings(tx, store, accounts, clock),
    )
    return {
      async stop() {
        await Promise.all([follower.stop(), sweeper.stop(), endings.stop()])
      },
    }
  },

  routes(app, context) {
    const { store, settings, chain, clock } = context
    if (!chain) throw unreachable('identity.no-chain', { why: 'no chain is configured' })
    const local = chain.chainId === LOCAL_CHAIN_ID
    const origin = settings.webOrigins[0]!
    const accounts = chainAccounts(chain)
    const keyParts = makeKeyParts({ store, sealKey: settings.sealKey, accounts })
    registerRoutes(app, {
      context: context as StageContext<typeof identitySettings>,
      settings,
      local,
      access: identityAccess(store, settings, local),
      cookies: cookiesFor(origin),
      signIn: makeSignIn({
        sealKey: settings.sealKey,
        store,
        peppers: settings.peppers,
        providers: new Map(settings.providers.map((setting) => [setting.id, oidcProvider(setting, clock)])),
        redirectUri: `${origin}/v1/auth/callback`,
        sessionDays: settings.sessionDays,
      }),
      wallet: makeWallet({
        store,
        peppers: settings.peppers,
        accounts,
        keyParts,
        chain,
        origin,
      }),
      keyParts,
      passkeys: makePasskeys({
        store,
        // A passkey belongs to a host, without its port, and may be used on the pages of our own origins only.
        party: { id: new URL(origin).hostname, origins: settings.webOrigins },
        sessionDays: settings.sessionDays,
        providerIds: settings.providers.map(({ id }) => id),
      }),
    })
  },
})
