-- The Intent Manager: what is sold, what was quoted, and the life of each purchase.

create table gesim.intents_plans (
  plan_id text primary key check (plan_id ~ '^[a-z0-9-]{2,64}$'),
  -- A Plan of platform/wire.
  plan jsonb not null,
  profile_type text not null default 'gesim-data',
  position integer not null default 0,
  withdrawn_at timestamptz
);

create table gesim.intents_quotes (
  quote_id text primary key,
  plan_id text not null references gesim.intents_plans,
  account text not null,
  subject text not null,
  qos text not null,
  terms jsonb not null,
  books integer[] not null,
  plan_salt text not null,
  intent_id text not null unique check (intent_id ~ '^0x[0-9a-f]{64}$'),
  price_micros numeric(20) not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index intents_quotes_expiry on gesim.intents_quotes (expires_at);

create table gesim.intents_intents (
  intent_id text primary key check (intent_id ~ '^0x[0-9a-f]{64}$'),
  payer text not null check (payer ~ '^0x[0-9a-f]{40}$'),
  subject text not null,
  plan_id text not null,
  -- The plan as it was sold: later changes of the catalogue do not change a purchase.
  plan jsonb not null,
  profile_type text not null,
  country text not null,
  qos text not null,
  terms jsonb not null,
  books integer[] not null,
  plan_salt text not null,
  price_micros numeric(20) not null,
  state text not null check (state in ('drafted', 'funded', 'ordered', 'ready', 'installed', 'active', 'finishing',
    'settled', 'refunding', 'refunded', 'lapsed')),
  provision_by bigint not null,
  deadline bigint not null,
  book integer,
  carrier_why text,
  refused_books integer[] not null default '{}',
  switch_wanted boolean not null default false,
  no_carrier boolean not null default false,
  funded_micros numeric(20) not null default 0,
  charged_micros numeric(20) not null default 0,
  refunded_micros numeric(20) not null default 0,
  receipt_digest text,
  -- The last usage.recorded.
  usage jsonb,
  failure jsonb,
  -- The journal's number of the last event that was taken in.
  seq bigint not null default 0,
  created_at timestamptz not null default now()
);
create index intents_intents_payer on gesim.intents_intents (payer, created_at desc);
create index intents_intents_state on gesim.intents_intents (state);

-- The steps a traveller sees, each the first time it happened.
create table gesim.intents_steps (
  intent_id text not null references gesim.intents_intents on delete cascade,
  step text not null,
  at timestamptz not null,
  actor text not null,
  tx_hash text,
  gas_used text,
  note text,
  primary key (intent_id, step)
);

-- Every move of the state machine, with its cause: an event of the journal, or a timer or request by name.
create table gesim.intents_moves (
  id bigint generated always as identity primary key,
  intent_id text not null references gesim.intents_intents on delete cascade,
  cause text not null,
  from_state text not null,
  to_state text not null,
  at timestamptz not null default now(),
  unique (intent_id, cause)
);

-- Six characters, five minutes, once.
create table gesim.intents_pairing_codes (
  code_hash bytea primary key,
  intent_id text not null references gesim.intents_intents on delete cascade,
  session_id text not null,
  expires_at timestamptz not null
);
create index intents_pairing_codes_intent on gesim.intents_pairing_codes (intent_id);

create table gesim.intents_devices (
  token_hash bytea primary key,
  intent_id text not null references gesim.intents_intents on delete cascade,
  -- ERC-7913 bytes, hex.
  device text not null check (device ~ '^0x([0-9a-f]{2})+$'),
  paired_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- The payer's PairingConsent, once it is signed.
  valid_until bigint,
  payer_signature text
);
create index intents_devices_intent on gesim.intents_devices (intent_id, paired_at desc);

select gesim.protect('intents_plans, intents_quotes, intents_intents, intents_steps, intents_moves,
  intents_pairing_codes, intents_devices');

-- What other stages may know of a purchase.
create view gesim.intents_facts with (security_invoker = true) as
select intent_id, payer, subject, terms, books, plan_id, profile_type, country, state,
  state in ('finishing', 'settled') as ended
from gesim.intents_intents;
revoke all on gesim.intents_facts from public, anon, authenticated;

-- Devices, the newest pairing of each; `payer_signature` is null until the payer has bound it.
create view gesim.device_bindings with (security_invoker = true) as
select distinct on (intent_id, device) intent_id, device, valid_until, payer_signature
from gesim.intents_devices
order by intent_id, device, valid_until desc nulls last, paired_at desc;
revoke all on gesim.device_bindings from public, anon, authenticated;
