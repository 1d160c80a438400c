-- Provisioner: orders at carriers, their activation codes under lock, receipts and consents.
-- No ICCID, EID or other identifier of a card or subscriber in clear: ICCIDs as keyed commitments, and, as long as an
-- order can be cancelled, inside the sealed column together with the activation code.

-- The configured carriers, so that pages know their names and phones in software their radio.
create table gesim.provisioner_carriers (
  book integer primary key,
  name text not null,
  radio_url text
);

create table gesim.provisioner_orders (
  intent_id text not null,
  attempt integer not null check (attempt > 0),
  book integer not null,
  plan_id text not null,
  profile_type text not null,
  state text not null check (state in
    ('ordering', 'reserved', 'ready', 'downloaded', 'installed', 'consented', 'active', 'failed', 'closed')),
  -- Why it failed.
  code text,
  -- AES-256-GCM envelope of the carrier's handle and the activation code, bound to the intent.
  sealed text,
  -- HMAC of the ICCID: finds the order that a carrier's notification speaks of.
  iccid_commit text,
  give_up_at timestamptz not null,
  cancel text not null default 'none' check (cancel in ('none', 'wanted', 'done', 'refused', 'abandoned')),
  ordered_at timestamptz not null default clock_timestamp(),
  ready_at timestamptz,
  downloaded_at timestamptz,
  installed_at timestamptz,
  consented_at timestamptz,
  active_at timestamptz,
  ended_at timestamptz,
  primary key (intent_id, attempt)
);
-- One carrier at a time works on an intent.
create unique index provisioner_orders_live on gesim.provisioner_orders (intent_id)
  where state not in ('failed', 'closed');
create index provisioner_orders_iccid on gesim.provisioner_orders (iccid_commit) where iccid_commit is not null;
create index provisioner_orders_book on gesim.provisioner_orders (book, ordered_at);

-- Intents whose money went back: nothing is ordered for them any more, in whatever order the news arrive.
create table gesim.provisioner_refunds (
  intent_id text primary key,
  at timestamptz not null default clock_timestamp()
);

create table gesim.provisioner_receipts (
  intent_id text not null,
  attempt integer not null,
  digest text not null unique,
  receipt jsonb not null,
  carrier_key text not null,
  signature text not null,
  consent jsonb,
  consent_signature text,
  binding jsonb,
  at timestamptz not null default clock_timestamp(),
  primary key (intent_id, attempt),
  foreign key (intent_id, attempt) references gesim.provisioner_orders (intent_id, attempt)
);

-- Profiles reserved ahead of demand; `sealed` holds the carrier's handle, bound to the row's id.
create table gesim.provisioner_warm (
  id uuid primary key default gen_random_uuid(),
  book integer not null,
  profile_type text not null,
  state text not null check (state in ('wanted', 'warm', 'taken', 'dropped')),
  sealed text,
  iccid_commit text,
  until timestamptz not null
);
create index provisioner_warm_book on gesim.provisioner_warm (book, profile_type, state);

select gesim.protect('provisioner_carriers, provisioner_orders, provisioner_refunds, provisioner_receipts, provisioner_warm');

-- Published to the Intent Manager and the device's page: the newest order of an intent.
create view gesim.provisioner_deliveries with (security_invoker = true) as
select distinct on (o.intent_id) o.intent_id, o.book, o.state, o.attempt,
  r.receipt, r.digest as receipt_digest, r.carrier_key, r.signature as receipt_signature,
  r.receipt ->> 'evidence' as evidence, r.consent, r.consent_signature, r.binding,
  c.name as carrier_name, c.radio_url
from gesim.provisioner_orders o
left join gesim.provisioner_carriers c on c.book = o.book
left join gesim.provisioner_receipts r on r.intent_id = o.intent_id and r.attempt = o.attempt
order by o.intent_id, o.attempt desc;

-- Published to the receipt page.
create view gesim.receipt_provisioner with (security_invoker = true) as
select d.intent_id, jsonb_build_object(
  'book', d.book, 'receipt', d.receipt, 'receiptDigest', d.receipt_digest, 'carrierKey', d.carrier_key,
  'receiptSignature', d.receipt_signature, 'evidenceHash', d.evidence, 'consent', d.consent,
  'consentSignature', d.consent_signature, 'binding', d.binding) as part
from gesim.provisioner_deliveries d where d.receipt is not null;

revoke all on gesim.provisioner_deliveries, gesim.receipt_provisioner from public, anon, authenticated;
