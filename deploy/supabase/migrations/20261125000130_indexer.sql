-- The indexer: which block it has read, what our contracts logged, and what of it became an event of the journal.

create table gesim.indexer_cursor (
  chain_id bigint primary key,
  block bigint not null,
  hash text not null
);

-- The newest blocks as we saw them: a block whose parent is not here was preceded by a reorganisation.
create table gesim.indexer_blocks (
  chain_id bigint not null,
  block bigint not null,
  hash text not null,
  parent text not null,
  at bigint not null,
  primary key (chain_id, block)
);

-- Every log of our contracts, once. A log that a reorganisation took away stays, with `orphaned_at`.
create table gesim.indexer_logs (
  id bigint generated always as identity primary key,
  chain_id bigint not null,
  block bigint not null,
  block_hash text not null,
  at bigint not null,
  tx_hash text not null,
  log_index integer not null,
  address text not null,
  -- Hash of emitter, topics and data: the same log mined again elsewhere is recognised by it.
  content text not null,
  event text not null,
  intent_id text,
  book integer,
  facts jsonb not null,
  gas_used bigint not null,
  -- The journal's number of the event made of it; null while it waits for confirmations, 0 when it makes none.
  seq bigint,
  orphaned_at timestamptz,
  unique (chain_id, tx_hash, log_index, block_hash)
);
create unique index indexer_logs_once on gesim.indexer_logs (chain_id, tx_hash, log_index) where orphaned_at is null;
create index indexer_logs_waiting on gesim.indexer_logs (chain_id, block, log_index)
  where seq is null and orphaned_at is null;
create index indexer_logs_block on gesim.indexer_logs (chain_id, block);
create index indexer_logs_intent on gesim.indexer_logs (intent_id) where intent_id is not null;
create index indexer_logs_orphaned on gesim.indexer_logs (chain_id, tx_hash) where orphaned_at is not null;
create index indexer_logs_book on gesim.indexer_logs (book, block) where event = 'CarrierPaid';

select gesim.protect('indexer_cursor, indexer_blocks, indexer_logs');

-- The transactions of a purchase for its receipt: its own, and the payouts of its carrier's book since it was opened.
create view gesim.receipt_indexer with (security_invoker = true) as
with own as (
  select intent_id, event, tx_hash, block, at, facts, log_index from gesim.indexer_logs
  where intent_id is not null and orphaned_at is null
  union all
  select a.intent_id, p.event, p.tx_hash, p.block, p.at, p.facts, p.log_index
  from gesim.indexer_logs a
  join gesim.indexer_logs p on p.event = 'CarrierPaid' and p.book = a.book and p.block >= a.block and p.orphaned_at is null
  where a.event = 'IntentActivated' and a.orphaned_at is null
    and p.block <= coalesce((select min(c.block) + 200 from gesim.indexer_logs c
      where c.event = 'IntentClosed' and c.intent_id = a.intent_id and c.orphaned_at is null), p.block)
)
select intent_id, jsonb_agg(jsonb_build_object('event', event, 'txHash', tx_hash, 'block', block::text,
  'atMs', at * 1000, 'facts', facts) order by block, log_index) as part
from own group by intent_id;
revoke all on gesim.receipt_indexer from public, anon, authenticated;
