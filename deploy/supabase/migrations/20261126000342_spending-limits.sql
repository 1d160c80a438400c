-- What a traveller allows themselves to spend, and what was promised or paid that counts against it.

create table gesim.intents_limits (
  account text primary key check (account ~ '^0x[0-9a-f]{40}$'),
  -- Micro-USDC as decimal strings, null for none: {"perPurchase", "perDay", "per30Days"}.
  limits jsonb not null,
  -- Looser ones that hold from then on.
  later jsonb,
  later_from timestamptz,
  changed_at timestamptz not null default now(),
  check ((later is null) = (later_from is null))
);

-- One row for each promise to pay, a purchase or a top-up of one that runs, until it is kept or void; and one for each payment
-- that reached the escrow. `then_micros` is what the purchase has in all once it is kept.
create table gesim.intents_spends (
  intent_id text not null references gesim.intents_intents on delete cascade,
  then_micros numeric(20) not null,
  account text not null,
  amount_micros numeric(20) not null check (amount_micros > 0),
  paid boolean not null default false,
  at timestamptz not null default now(),
  primary key (intent_id, paid, then_micros)
);
create index intents_spends_account on gesim.intents_spends (account, at desc);

-- What was bought before there were limits counts too.
insert into gesim.intents_spends (intent_id, then_micros, account, amount_micros, paid, at)
select intent_id, funded_micros, payer, funded_micros, true, created_at
from gesim.intents_intents where funded_micros > 0;

select gesim.protect('intents_limits, intents_spends');
