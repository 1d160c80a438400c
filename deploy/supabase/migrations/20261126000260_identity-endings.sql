-- An account can end, and nothing that stays leads back to the sign-in that made it.

-- A sign-in is found by `lookup`, the keyed hash of what the provider said; `subject_ref` is a second keyed hash that also
-- takes a random number of the person's own. With the row the number goes, and nobody can compute the reference again:
-- whoever signs in with the same provider account afterwards gets another one.
alter table gesim.identity_subjects add column lookup text unique, add column salt bytea;
update gesim.identity_subjects set lookup = subject_ref,
  salt = decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
alter table gesim.identity_subjects
  alter column lookup set not null,
  alter column salt set not null,
  add check (lookup ~ '^v[0-9]+:[A-Za-z0-9_-]{43}$'),
  add check (length(salt) = 32);

-- No stage but identity knows the sign-in: purchases belong to an account.
drop view gesim.intents_facts;
alter table gesim.intents_quotes drop column subject;
alter table gesim.intents_intents drop column subject;
alter table gesim.intents_pairing_codes drop column session_id;

create view gesim.intents_facts with (security_invoker = true) as
select intent_id, payer, terms, books, plan_id, profile_type, country, state,
  state in ('finishing', 'settled') as ended
from gesim.intents_intents;
revoke all on gesim.intents_facts from public, anon, authenticated;
create index intents_quotes_account on gesim.intents_quotes (account);

-- Accounts that were ended here, until a week after their token is off the chain. Names the account and no sign-in.
create table gesim.identity_endings (
  -- SHA-256 of a number that the browser made: it asks by it how far the ending is, without a session.
  receipt_hash bytea primary key,
  -- Null where there was no wallet.
  account text check (account ~ '^0x[0-9a-f]{40}$'),
  asked_at timestamptz not null default now(),
  -- Whether the token was seen on chain: one that is still being minted is waited for.
  minted boolean not null,
  tries integer not null default 0,
  tried_at timestamptz,
  burn_tx text,
  done_at timestamptz
);
create index identity_endings_account on gesim.identity_endings (account);

select gesim.protect('identity_endings');
