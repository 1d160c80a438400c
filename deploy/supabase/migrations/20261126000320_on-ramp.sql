-- USDC that travellers buy with a card. The provider knows the card; here are account, amount and what became of it.
create table gesim.treasury_on_ramps (
  -- Ours, and the key under which the provider is asked: the same one is one order there.
  id uuid primary key default gen_random_uuid(),
  account text not null,
  provider text not null,
  amount_micros bigint not null check (amount_micros > 0),
  -- What the traveller agreed to pay at most, in hundredths of the currency.
  most_pay_minor bigint not null,
  pay_minor bigint,
  fee_minor bigint,
  currency text,
  state text not null default 'requested'
    check (state in ('requested', 'redirected', 'paid', 'delivered', 'failed', 'expired')),
  order_id text,
  url text,
  expires_at bigint,
  -- One delivery is one order's, whatever a provider says twice.
  tx_hash text unique,
  why text check (why in ('declined', 'cancelled', 'undelivered', 'price')),
  requested_at timestamptz not null default now(),
  moved_at timestamptz not null default now(),
  unique (provider, order_id)
);
create index treasury_on_ramps_open on gesim.treasury_on_ramps (requested_at)
  where state in ('requested', 'redirected', 'paid');
create index treasury_on_ramps_account on gesim.treasury_on_ramps (account, requested_at desc);
select gesim.protect('treasury_on_ramps');
