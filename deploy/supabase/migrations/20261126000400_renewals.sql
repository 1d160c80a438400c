-- Plans that renew themselves (docs/adr/0025): an order within limits, and the payments that its traveller signed ahead.

create table gesim.intents_renewals (
  renewal_id text primary key,
  account text not null check (account ~ '^0x[0-9a-f]{40}$'),
  -- The purchase that it was ordered for, and the one whose end it waits for now.
  started_from text not null references gesim.intents_intents on delete cascade,
  follows text not null references gesim.intents_intents on delete cascade,
  plan jsonb not null,
  qos text not null,
  price_micros numeric(20) not null check (price_micros > 0),
  times integer not null check (times between 1 and 4),
  -- USDC takes none of the payments from this second on.
  until_at bigint not null,
  state text not null check (state in ('drafted', 'on', 'ended')),
  why text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((state = 'ended') = (why is not null)),
  check ((state = 'ended') = (ended_at is not null))
);
create index intents_renewals_account on gesim.intents_renewals (account, created_at desc);
-- A purchase is followed by one order at most.
create unique index intents_renewals_follows on gesim.intents_renewals (follows) where state = 'on';

create table gesim.intents_renewal_payments (
  -- The purchase that it would pay for; USDC takes it as the nonce, so it pays once.
  intent_id text primary key check (intent_id ~ '^0x[0-9a-f]{64}$'),
  renewal_id text not null references gesim.intents_renewals on delete cascade,
  position integer not null,
  terms jsonb not null,
  agreement jsonb not null,
  plan_salt text not null,
  state text not null default 'waiting' check (state in ('waiting', 'asked', 'paid')),
  -- Null before it is signed, and once it is paid or the order ends.
  signature text,
  unique (renewal_id, position)
);

-- Null: bought by hand, or of an account that was deleted.
alter table gesim.intents_intents add column renewal_id text references gesim.intents_renewals on delete set null;
-- Its days, which count from the activation; stays when the order is deleted. Null: bought by hand.
alter table gesim.intents_intents add column renewed_days integer check (renewed_days > 0);
-- Payments that are on their way.
create index intents_intents_ahead on gesim.intents_intents (renewal_id) where state = 'drafted';

-- Before its money is there, a purchase that renews a plan may be paid all the same: its payment was signed.
create or replace view gesim.intents_facts with (security_invoker = true) as
select intent_id, payer, terms, books, plan_id, profile_type, country, state,
  state in ('finishing', 'settled') as ended, renewed_days is not null as renewed
from gesim.intents_intents;

-- What the relayer brings to the chain. It is read when it is asked for, and stands in no event: the journal forgets nothing.
create view gesim.intents_asked_payments with (security_invoker = true) as
select intent_id, signature from gesim.intents_renewal_payments where state = 'asked' and signature is not null;
revoke all on gesim.intents_asked_payments from public, anon, authenticated;

select gesim.protect('intents_renewals, intents_renewal_payments');
