-- Treasury: who is paid in fiat, requests to turn USDC into fiat, and Safe transactions that wait for their owners.
-- A beneficiary is known by a hash of what carrier and provider agreed on: no name, no account number.

create table gesim.treasury_carriers (
  carrier_id bigint primary key,
  payout text not null check (payout in ('usdc', 'fiat')),
  -- The carrier's own Safe, lower case; its USDC are what an off-ramp sells.
  safe text check (safe ~ '^0x[0-9a-f]{40}$'),
  currency text check (currency ~ '^[A-Z]{3}$'),
  beneficiary_ref text check (beneficiary_ref ~ '^0x[0-9a-f]{64}$'),
  changed_at timestamptz not null default now(),
  check (payout = 'usdc' or (safe is not null and currency is not null and beneficiary_ref is not null))
);

create table gesim.treasury_batches (
  id bigint generated always as identity primary key,
  safe text not null,
  call_to text not null,
  data text not null,
  operation smallint not null check (operation in (0, 1)),
  nonce bigint not null,
  safe_tx_hash text not null unique,
  from_block bigint not null,
  state text not null default 'signing' check (state in ('signing', 'wanted', 'executed', 'replaced')),
  wanted_at timestamptz,
  tx_hash text,
  made_at timestamptz not null default now()
);
-- A Safe's transactions follow each other by nonce: one is open at a time.
create unique index treasury_batches_open on gesim.treasury_batches (safe) where state in ('signing', 'wanted');

create table gesim.treasury_signatures (
  batch_id bigint not null references gesim.treasury_batches,
  owner text not null check (owner ~ '^0x[0-9a-f]{40}$'),
  signature text not null,
  primary key (batch_id, owner)
);

create table gesim.treasury_off_ramps (
  id bigint generated always as identity primary key,
  carrier_id bigint not null,
  -- Number of the request on chain, where it was made there.
  request_id bigint unique,
  safe text not null,
  amount_micros bigint not null check (amount_micros > 0),
  currency text not null,
  beneficiary_ref text not null,
  state text not null default 'requested'
    check (state in ('requested', 'approved', 'sent', 'confirmed', 'failed')),
  ramp text,
  order_id text,
  deposit_address text,
  fee_micros bigint,
  batch_id bigint references gesim.treasury_batches,
  tx_hash text,
  reference text,
  why text,
  requested_at timestamptz not null default now(),
  moved_at timestamptz not null default now()
);
create index treasury_off_ramps_open on gesim.treasury_off_ramps (state, id) where state in ('requested', 'approved', 'sent');

-- How far the fee treasury's log was read.
create table gesim.treasury_progress (
  one boolean primary key default true check (one),
  next_block bigint not null
);

select gesim.protect('treasury_carriers, treasury_batches, treasury_signatures, treasury_off_ramps, treasury_progress');
