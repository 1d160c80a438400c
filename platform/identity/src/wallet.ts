import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { ChainSettings, Store } from '@gesim/store'
import type { Wallet } from '@gesim/wire'
import { sql } from 'kysely'
import { didDocument, didOf } from './did.ts'
import { requireNoEnding } from './endings.ts'
import type { makeKeyParts } from './key-parts.ts'
import type { Accounts } from './ports.ts'
import type { SessionFacts } from './sessions.ts'
import { requireSigned } from './sign-in.ts'
import { commitmentOf, type Pepper, prefixOf } from './subject.ts'

export interface WalletOptions {
  readonly store: Store
  readonly peppers: readonly Pepper[]
  readonly accounts: Accounts
  readonly keyParts: ReturnType<typeof makeKeyParts>
  readonly chain: ChainSettings
  /** Where the operator is found: a service of every DID document. */
  readonly origin: string
}

interface AccountRow {
  account: Hex
  owner: Hex
  first_owner: Hex
  token_id: string | null
  mint_tx: Hex | null
  budget_micros: string | null
  budget_valid_until: bigint | null
  budget_tx: Hex | null
}

/** The text that an owner key signs to register its account: names the account, itself and this sign-in. */
export function accountProofText(account: Hex, owner: Hex, subject: string): string {
  return `GeSIM wallet\naccount: ${account.toLowerCase()}\nowner: ${owner.toLowerCase()}\nsession: ${prefixOf(subject)}`
}

/** Accounts and what belongs to them. */
export function makeWallet(options: WalletOptions) {
  const { store, accounts, chain } = options

  async function accountOf(subject: string): Promise<AccountRow | undefined> {
    const { rows } =
      await sql<AccountRow>`select account, owner, first_owner, token_id, mint_tx, budget_micros, budget_valid_until,
      budget_tx from gesim.identity_accounts where subject_ref = ${subject}`.execute(store.db)
    return rows[0]
  }

  async function view(subject: string): Promise<Wallet> {
    const row = await accountOf(subject)
    const deployed = row ? await accounts.deployed(row.account) : false
    // An account that is not deployed is opened by the key it follows from.
    const present =
      row && deployed ? await options.keyParts.follow(subject, row.account, row.owner) : row?.owner
    const owner = present ?? row?.owner ?? null
    const { rows } = await sql<{ server: boolean; passkey: boolean; recovery_saved: boolean }>`
      select recovery_saved,
        exists (select from gesim.identity_shares x where x.subject_ref = s.subject_ref and x.owner = ${owner}) as server,
        exists (select from gesim.identity_seals x where x.subject_ref = s.subject_ref and x.owner = ${owner}) as passkey
      from gesim.identity_subjects s where subject_ref = ${subject}`.execute(store.db)
    const kept = rows[0]
    return {
      account: row?.account ?? null,
      signers: owner ? [owner] : [],
      firstSigner: row?.first_owner ?? null,
      opens: !row || present !== null,
      deployed,
      budget:
        row?.budget_micros && row.budget_tx
          ? {
              amountMicros: row.budget_micros,
              validUntil: Number(row.budget_valid_until),
              txHash: row.budget_tx,
            }
          : null,
      shares: {
        server: kept?.server ?? false,
        passkey: kept?.passkey ?? false,
        recoverySaved: kept?.recovery_saved ?? false,
      },
      identity:
        row?.token_id && row.mint_tx
          ? { tokenId: row.token_id, txHash: row.mint_tx, did: didOf(chain.chainId, row.account) }
          : null,
    }
  }

  return {
    accountOf,
    view,

    /** Registers the account of a sign-in. The same registration again changes nothing. */
    async register(session: SessionFacts, owner: Hex, account: Hex, proof: Hex): Promise<Wallet> {
      const own = account.toLowerCase() as Hex
      const key = owner.toLowerCase() as Hex
      await requireSigned(key, accountProofText(own, key, session.subject), proof)
      if ((await accounts.addressFor(key)).toLowerCase() !== own)
        throw refuse('identity.account-wrong', { account: own })
      // A key that was replaced on the chain still makes the address, and proves nothing any more.
      if ((await accounts.deployed(own)) && !(await accounts.signs(own, key)))
        throw refuse('identity.account-wrong', { account: own })
      await store.tx(async (tx) => {
        const { rows } = await sql<{ subject_ref: string; account: Hex }>`select subject_ref, account
          from gesim.identity_accounts where account = ${own} or subject_ref = ${session.subject} for update`.execute(
          tx,
        )
        if (rows.some((row) => row.subject_ref !== session.subject || row.account !== own))
          throw refuse('identity.account-taken', { account: own })
        if (rows.length > 0) return
        await requireNoEnding(tx, own)
        const commitment = commitmentOf(options.peppers.at(-1)!, session.subject)
        await sql`insert into gesim.identity_accounts (account, subject_ref, owner, first_owner, commitment)
          values (${own}, ${session.subject}, ${key}, ${key}, ${commitment})`.execute(tx)
        await store.append(tx, 'account.registered', null, { account: own, commitment })
      })
      return await view(session.subject)
    },

    async recoverySaved(subject: string): Promise<void> {
      await sql`update gesim.identity_subjects set recovery_saved = true where subject_ref = ${subject}`.execute(
        store.db,
      )
    },

    async did(account: Hex): Promise<Record<string, unknown>> {
      const { rows } = await sql<{ account: Hex; token_id: string | null }>`
        select account, token_id from gesim.identity_accounts where account = ${account.toLowerCase()}`.execute(
        store.db,
      )
      const row = rows[0]
      if (!row) throw refuse('identity.account-unknown', { account: account.toLowerCase() })
      return didDocument(chain, options.origin, row.account, row.token_id)
    },
  }
}
