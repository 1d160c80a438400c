-- The relayer: what shall be sent to the chain, by which key, and how far it got.

-- Keys that send. A nonce is given out by one row lock, so that two processes never use the same one.
create table gesim.relayer_senders (
  address text primary key,
  next_nonce bigint not null
);

-- One row a transaction that was wished for, under the key of the wish. `raw` is stored before it is sent: whoever
-- dies in between leaves behind exactly what must be sent again.
create table gesim.relayer_transactions (
  id bigint generated always as identity primary key,
  key text not null unique check (length(key) between 1 and 200),
  kind text not null,
  intent_id text,
  role text not null check (role in ('operator', 'poster', 'executor')),
  to_address text not null,
  data text not null,
  value numeric(78, 0) not null default 0,
  gas_limit bigint,
  state text not null default 'wanted' check (state in ('wanted', 'signed', 'sent', 'mined', 'final', 'refused')),
  sender text references gesim.relayer_senders (address),
  nonce bigint,
  hash text,
  raw text,
  max_fee numeric(78, 0),
  priority_fee numeric(78, 0),
  block bigint,
  block_hash text,
  gas_used bigint,
  gas_price numeric(78, 0),
  code text,
  why text,
  -- Simulations that failed for the time being.
  tries integer not null default 0,
  not_before timestamptz not null default now(),
  wanted_at timestamptz not null default now(),
  signed_at timestamptz,
  sent_at timestamptz,
  mined_at timestamptz,
  check ((state in ('wanted', 'refused')) or (sender is not null and nonce is not null and raw is not null))
);
create index relayer_transactions_wanted on gesim.relayer_transactions (role, not_before, id) where state = 'wanted';
create index relayer_transactions_open on gesim.relayer_transactions (sender, nonce) where state in ('signed', 'sent', 'mined');
create unique index relayer_transactions_nonce on gesim.relayer_transactions (sender, nonce)
  where state in ('signed', 'sent', 'mined', 'final');
create index relayer_transactions_hash on gesim.relayer_transactions (hash) where hash is not null;

-- Every signed form of a transaction: a replacement with a higher fee does not unmake the first, either may be mined.
create table gesim.relayer_attempts (
  hash text primary key,
  transaction_id bigint not null references gesim.relayer_transactions (id),
  signed_at timestamptz not null default now()
);
create index relayer_attempts_transaction on gesim.relayer_attempts (transaction_id);

-- User operations that the bundler accepted: answered with a hash, so they must not be lost.
create table gesim.relayer_operations (
  hash text primary key,
  position bigint generated always as identity unique,
  sender text not null,
  nonce numeric(78, 0) not null,
  operation jsonb not null,
  state text not null default 'accepted' check (state in ('accepted', 'bundled', 'included', 'dropped')),
  transaction_id bigint references gesim.relayer_transactions (id),
  success boolean,
  gas_used bigint,
  gas_cost numeric(78, 0),
  revert_reason text,
  why text,
  accepted_at timestamptz not null default now(),
  included_at timestamptz
);
create unique index relayer_operations_nonce on gesim.relayer_operations (sender, nonce) where state in ('accepted', 'bundled');
create index relayer_operations_accepted on gesim.relayer_operations (position) where state = 'accepted';
create index relayer_operations_transaction on gesim.relayer_operations (transaction_id) where transaction_id is not null;

-- Accounts that the paymaster's service sponsors: those that signed in here.
create table gesim.relayer_accounts (
  account text primary key,
  registered_at timestamptz not null default now()
);

-- Test USDC given away on a local chain: limits need a memory.
create table gesim.relayer_faucet (
  account text not null,
  at timestamptz not null default now(),
  amount_micros bigint not null
);
create index relayer_faucet_account on gesim.relayer_faucet (account, at);

select gesim.protect('relayer_senders, relayer_transactions, relayer_attempts, relayer_operations, relayer_accounts, relayer_faucet');

-- Transactions for the finance page: state and cost, without calldata.
create view gesim.relayer_ledger as
  select key, kind, intent_id, role, state, hash, block, gas_used, gas_price, code, why,
    coalesce(mined_at, sent_at, signed_at, wanted_at) as at
  from gesim.relayer_transactions;
revoke all on gesim.relayer_ledger from public, anon, authenticated;
grant select on gesim.relayer_ledger to service_role;
