-- Metering: signed, cumulative usage records of two sides, and what reconciles from them.
-- Ids, digests, keys and signatures are lower-case hex text with 0x; amounts are micro-USDC.

create table gesim.metering_services (
  intent_id text primary key,
  book integer,
  terms jsonb,
  receipt_digest text,
  funded_micros bigint not null default 0,
  activated_at bigint,
  ended_at bigint,
  final_at bigint,
  connected boolean not null default false,
  -- Each side has spoken since service ended.
  device_last boolean not null default false,
  carrier_last boolean not null default false,
  -- The last accepted record of each side.
  device_seq bigint not null default 0,
  device_bytes bigint not null default 0,
  device_as_of bigint,
  device_digest text,
  carrier_seq bigint not null default 0,
  carrier_bytes bigint not null default 0,
  carrier_as_of bigint,
  carrier_digest text,
  -- The pair of records that proves the most: it stands until a better pair comes.
  billable_bytes bigint not null default 0,
  co_signed_bytes bigint not null default 0,
  used_device_digest text,
  used_carrier_digest text,
  used_seq bigint not null default 0,
  evidence text
);

-- Every accepted record, once per intent, side and sequence number.
create table gesim.metering_records (
  intent_id text not null,
  side text not null check (side in ('device', 'carrier')),
  seq bigint not null,
  cum_bytes bigint not null check (cum_bytes >= 0),
  cum_amount_micros bigint not null check (cum_amount_micros >= 0),
  as_of bigint not null,
  -- sessionRoot of a voucher, cdrRoot of a carrier's receipt.
  detail_root text not null,
  signer text not null,
  signature text not null,
  digest text not null,
  received_at timestamptz not null default now(),
  primary key (intent_id, side, seq)
);
create index metering_records_digest on gesim.metering_records (digest);

-- Devices whose pairing consent by the payer was found good: the chain took it at activation, or we checked it.
create table gesim.metering_bindings (
  intent_id text not null,
  device text not null,
  valid_until bigint not null,
  payer_signature text not null,
  primary key (intent_id, device)
);

-- Each reconciled figure with the pair of records that proves it.
create table gesim.metering_usage (
  intent_id text not null,
  evidence text not null,
  seq bigint not null,
  device_digest text,
  carrier_digest text,
  billable_bytes bigint not null,
  co_signed_bytes bigint not null,
  at timestamptz not null default now(),
  primary key (intent_id, evidence)
);

select gesim.protect('metering_services, metering_records, metering_bindings, metering_usage');

-- Published to the provisioner: a carrier watches how far device and carrier are apart (unsigned credit).
create view gesim.metering_latest with (security_invoker = true) as
select s.intent_id, s.device_bytes, s.device_seq,
  case when d.digest is not null then jsonb_build_object(
    'intentId', d.intent_id, 'cumBytes', d.cum_bytes::text, 'cumAmount', d.cum_amount_micros::text,
    'seq', d.seq, 'asOf', d.as_of, 'sessionRoot', d.detail_root) end as voucher,
  d.signature as voucher_signature, s.carrier_bytes, s.carrier_seq
from gesim.metering_services s
left join gesim.metering_records d on d.intent_id = s.intent_id and d.side = 'device' and d.seq = s.device_seq;

-- Published to settlement and the receipt page: the signed pair behind an evidence hash.
create view gesim.metering_evidence with (security_invoker = true) as
select u.intent_id, u.evidence, u.seq, u.billable_bytes, u.co_signed_bytes,
  case when d.digest is not null then jsonb_build_object(
    'voucher', jsonb_build_object(
      'intentId', d.intent_id, 'cumBytes', d.cum_bytes::text, 'cumAmount', d.cum_amount_micros::text,
      'seq', d.seq, 'asOf', d.as_of, 'sessionRoot', d.detail_root),
    'signer', d.signer, 'signature', d.signature, 'digest', d.digest,
    'binding', case when b.device is not null then jsonb_build_object(
      'device', b.device, 'validUntil', b.valid_until, 'payerSignature', b.payer_signature) end) end as device,
  case when c.digest is not null then jsonb_build_object(
    'receipt', jsonb_build_object(
      'intentId', c.intent_id, 'cumBytes', c.cum_bytes::text, 'cumAmount', c.cum_amount_micros::text,
      'seq', c.seq, 'asOf', c.as_of, 'cdrRoot', c.detail_root),
    'key', c.signer, 'signature', c.signature, 'digest', c.digest) end as carrier
from gesim.metering_usage u
left join gesim.metering_records d on d.digest = u.device_digest and d.intent_id = u.intent_id and d.side = 'device'
left join gesim.metering_bindings b on b.intent_id = d.intent_id and b.device = d.signer
left join gesim.metering_records c on c.digest = u.carrier_digest and c.intent_id = u.intent_id and c.side = 'carrier';

create view gesim.receipt_metering with (security_invoker = true) as
select s.intent_id, jsonb_build_object(
  'deviceBytes', s.device_bytes::text, 'carrierBytes', s.carrier_bytes::text,
  'billableBytes', s.billable_bytes::text, 'coSignedBytes', s.co_signed_bytes::text,
  'seq', s.used_seq, 'evidence', s.evidence,
  'final', s.final_at is not null, 'device', e.device, 'carrier', e.carrier) as part
from gesim.metering_services s
left join gesim.metering_evidence e on e.intent_id = s.intent_id and e.evidence = s.evidence;

revoke all on gesim.metering_latest, gesim.metering_evidence, gesim.receipt_metering from public, anon, authenticated;
grant select on gesim.metering_latest, gesim.metering_evidence, gesim.receipt_metering to service_role;
