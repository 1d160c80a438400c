-- Billing: the charge of each intent, and a ledger of transfers between two accounts. Micro-USDC everywhere.

create table gesim.billing_intents (
  intent_id text primary key,
  payer text,
  terms jsonb,
  receipt_digest text,
  book integer,
  funded_micros bigint not null default 0,
  activated_at bigint,
  -- The cumulative charge, as the last charge.posted said.
  charged_micros bigint not null default 0,
  co_signed_micros bigint not null default 0,
  used_bytes bigint not null default 0,
  seq bigint not null default 0,
  evidence text,
  final boolean not null default false,
  -- How it ended on chain.
  closed text check (closed in ('closed', 'refunded')),
  updated_at timestamptz not null default now()
);
create index billing_intents_book on gesim.billing_intents (book);

-- Double entry by construction: each row takes an amount from one account and gives it to another. An account's
-- balance is what it was given less what was taken: nothing is stored that could differ from its history.
-- `cause` is the journal's seq of the event that moved the money: an event moves it once.
create table gesim.billing_transfers (
  cause bigint not null,
  part smallint not null,
  at timestamptz not null,
  from_account text not null,
  to_account text not null,
  amount_micros bigint not null check (amount_micros > 0),
  intent_id text,
  why text not null,
  tx_hash text,
  primary key (cause, part),
  check (from_account <> to_account)
);
create index billing_transfers_intent on gesim.billing_transfers (intent_id);
create index billing_transfers_from on gesim.billing_transfers (from_account);
create index billing_transfers_to on gesim.billing_transfers (to_account);

-- Money that moved is history: a mistake is put right by another transfer.
create function gesim.billing_transfers_are_final() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'a transfer is never changed or removed';
end $$;
create trigger billing_transfers_final before update or delete on gesim.billing_transfers
  for each row execute function gesim.billing_transfers_are_final();

create table gesim.billing_epochs (
  epoch integer primary key,
  total_micros bigint not null,
  co_signed_micros bigint not null,
  posted_at bigint not null,
  tx_hash text not null,
  gas_used bigint not null
);

create table gesim.billing_rates (
  pair text primary key,
  rate numeric not null,
  updated_at bigint not null
);

select gesim.protect('billing_intents, billing_transfers, billing_epochs, billing_rates');

create view gesim.billing_balances with (security_invoker = true) as
select account, sum(amount)::bigint as balance_micros from (
  select to_account as account, amount_micros as amount from gesim.billing_transfers
  union all
  select from_account, -amount_micros from gesim.billing_transfers
) moves group by account;

-- Published to the provisioner's dashboard: each book's money.
create view gesim.billing_books with (security_invoker = true) as
select b.book,
  coalesce((select balance_micros from gesim.billing_balances where account = 'escrow:book:' || b.book), 0)::numeric
    as escrowed_micros,
  coalesce((select sum(charged_micros) from gesim.billing_intents i where i.book = b.book), 0)::numeric
    as charged_micros,
  coalesce((select sum(amount_micros) from gesim.billing_transfers
    where from_account = 'carrier:book:' || b.book || ':payable' and tx_hash is not null), 0)::numeric
    as settled_micros,
  coalesce((select balance_micros from gesim.billing_balances
    where account = 'carrier:book:' || b.book || ':paid'), 0)::numeric as paid_micros
from (select distinct book from gesim.billing_intents where book is not null) b;

create view gesim.receipt_billing with (security_invoker = true) as
select i.intent_id, jsonb_build_object(
  'fundedMicros', i.funded_micros::text, 'chargedMicros', i.charged_micros::text,
  'coSignedMicros', i.co_signed_micros::text, 'usedBytes', i.used_bytes::text, 'final', i.final,
  'closed', i.closed,
  'transfers', coalesce((select jsonb_agg(jsonb_build_object(
      'at', extract(epoch from t.at)::bigint, 'from', t.from_account, 'to', t.to_account,
      'amountMicros', t.amount_micros::text, 'why', t.why, 'txHash', t.tx_hash) order by t.cause, t.part)
    from gesim.billing_transfers t where t.intent_id = i.intent_id), '[]'::jsonb)) as part
from gesim.billing_intents i;

revoke all on gesim.billing_balances, gesim.billing_books, gesim.receipt_billing from public, anon, authenticated;
grant select on gesim.billing_balances, gesim.billing_books, gesim.receipt_billing to service_role;
