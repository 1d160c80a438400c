-- Settlement: what every activated intent owes, the roots that say so on chain, and what follows from them.

create table gesim.settlement_intents (
  intent_id text primary key,
  -- Signed papers, from the wish to activate.
  terms jsonb,
  receipt jsonb,
  receipt_digest text,
  carrier_key text,
  receipt_signature text,
  -- What the escrow's own logs say, folded up to settlement_progress.to_block.
  state text check (state in ('held', 'open', 'exiting', 'closed', 'refunded')),
  funded_micros bigint not null default 0,
  book integer,
  idx integer,
  activated_at bigint,
  -- The watermark of released vouchers while open, the final charge once closed.
  settled_micros bigint not null default 0,
  -- The last cumulative charge.
  amount_micros bigint,
  co_signed_micros bigint not null default 0,
  used_bytes bigint not null default 0,
  seq bigint not null default 0,
  evidence text,
  final boolean not null default false,
  -- The remainder: wanted with a proof of this epoch, or refused with it.
  remainder_epoch integer,
  remainder_refused boolean not null default false,
  returned boolean not null default false
);
create index settlement_intents_place on gesim.settlement_intents (book, idx) where book is not null;

create table gesim.settlement_epochs (
  epoch integer primary key,
  state text not null check (state in ('collecting', 'wanted', 'posted', 'final', 'missed')),
  commitment jsonb not null,
  digest text not null,
  deltas text not null,
  previous integer,
  leaves integer not null,
  changed integer not null,
  -- Members and weights of the committee of the cutoff, as the chain gave them.
  committee jsonb not null,
  quorum_at timestamptz,
  posted_at bigint,
  tx_hash text,
  -- Payment of the books: for which lane it was wished last (first what devices signed for, after the slow window
  -- all), when, and whether the chain shows that nothing is left to claim.
  lane text check (lane in ('co-signed', 'total')),
  wished_at timestamptz,
  settled boolean not null default false,
  closed_at timestamptz not null default now()
);

-- Leaves that changed in an epoch. The tree of an epoch is the newest version of each leaf in posted epochs up to it.
create table gesim.settlement_leaves (
  epoch integer not null references gesim.settlement_epochs (epoch),
  intent_id text not null,
  book integer not null,
  idx integer not null,
  amount_micros bigint not null,
  co_signed_micros bigint not null,
  used_bytes bigint not null,
  seq bigint not null,
  flags integer not null,
  evidence text not null,
  -- Path of the leaf and of its book's node in this epoch's tree.
  proof jsonb not null,
  node jsonb not null,
  primary key (epoch, intent_id)
);
create index settlement_leaves_intent on gesim.settlement_leaves (intent_id, epoch desc);

create table gesim.settlement_attestations (
  epoch integer not null references gesim.settlement_epochs (epoch),
  attestor text not null,
  signature text not null,
  received_at timestamptz not null default now(),
  primary key (epoch, attestor)
);

create table gesim.settlement_payouts (
  tx_hash text not null,
  epoch integer not null,
  book integer not null,
  gross_micros bigint not null,
  fee_micros bigint not null,
  paid_to text not null,
  primary key (tx_hash, book)
);

-- One row: the last epoch that was decided (closed or skipped), and how far the escrow's logs are folded.
create table gesim.settlement_progress (
  one boolean primary key default true check (one),
  decided_epoch bigint not null default -1,
  to_block bigint not null default -1,
  to_hash text
);
insert into gesim.settlement_progress default values;

select gesim.protect('settlement_intents, settlement_epochs, settlement_leaves, settlement_attestations');
select gesim.protect('settlement_payouts, settlement_progress');

-- The leaf of an intent as it stands in the newest posted epoch, with its proof: receipts are composed from this.
create view gesim.receipt_settlement with (security_invoker = true) as
select l.intent_id, jsonb_build_object(
  'epoch', e.epoch, 'state', e.state, 'commitment', e.commitment, 'book', l.book, 'index', l.idx,
  'postedAt', e.posted_at, 'txHash', e.tx_hash,
  'leafProof', l.proof, 'nodeProof', l.node,
  -- The signed pair behind this very leaf; metering may know a newer one already.
  'voucher', case when m.device is not null then jsonb_build_object(
    'voucher', m.device -> 'voucher', 'signature', m.device -> 'signature',
    'binding', coalesce(nullif(m.device -> 'binding', 'null'::jsonb),
      '{"device": "0x", "validUntil": 0, "payerSignature": "0x"}'::jsonb)) end,
  'usageReceipt', case when m.carrier is not null then jsonb_build_object(
    'receipt', m.carrier -> 'receipt', 'key', m.carrier -> 'key', 'signature', m.carrier -> 'signature') end,
  'signatures', coalesce((select jsonb_agg(jsonb_build_object('attestor', a.attestor, 'signature', a.signature)
      order by a.attestor) from gesim.settlement_attestations a where a.epoch = e.epoch), '[]'::jsonb),
  'payouts', coalesce((select jsonb_agg(jsonb_build_object('epoch', o.epoch, 'grossMicros', o.gross_micros::text,
      'feeMicros', o.fee_micros::text, 'to', o.paid_to, 'txHash', o.tx_hash) order by o.epoch)
    from gesim.settlement_payouts o where o.book = l.book and o.epoch >= e.epoch), '[]'::jsonb)) as part
from (
  select distinct on (v.intent_id) v.* from gesim.settlement_leaves v
  join gesim.settlement_epochs x on x.epoch = v.epoch and x.state in ('posted', 'final')
  order by v.intent_id, v.epoch desc
) l
join gesim.settlement_epochs e on e.epoch = l.epoch
left join gesim.metering_evidence m on m.intent_id = l.intent_id and m.evidence = l.evidence;
revoke all on gesim.receipt_settlement from public, anon, authenticated;
grant select on gesim.receipt_settlement to service_role;
