-- Smart switch: what the radio was measured to give, and each choice with its reason.

-- Raw measurements of the carriers' radio, kept a day for the dashboards.
create table gesim.smart_switch_samples (
  book integer not null,
  region text not null check (region ~ '^[A-Z]{2}$'),
  at timestamptz not null,
  rsrp_dbm real not null,
  throughput_mbps real not null,
  latency_ms real not null,
  loss_ratio real not null,
  primary key (book, region, at)
);
create index smart_switch_samples_age on gesim.smart_switch_samples (at);

-- What is believed of a carrier in a region: means that forget.
create table gesim.smart_switch_estimates (
  book integer not null,
  region text not null,
  at timestamptz not null,
  weight double precision not null,
  chat double precision not null,
  chat_variance double precision not null,
  video double precision not null,
  video_variance double precision not null,
  throughput_mbps double precision not null,
  latency_ms double precision not null,
  primary key (book, region)
);

-- What was asked for, so that the next carrier can be chosen when one fails.
create table gesim.smart_switch_wishes (
  intent_id text primary key,
  plan_id text not null,
  region text not null,
  qos text not null,
  books integer[] not null,
  refused_books integer[] not null
);

-- Each choice as it was made, with the rules that made it.
create table gesim.smart_switch_decisions (
  intent_id text not null,
  turn integer not null,
  rules_version integer not null,
  book integer,
  reason text not null,
  scores jsonb not null,
  at timestamptz not null default now(),
  primary key (intent_id, turn)
);

select gesim.protect('smart_switch_samples, smart_switch_estimates, smart_switch_wishes, smart_switch_decisions');

-- Published to the carriers' dashboard: a minute of radio a row.
create view gesim.smart_switch_radio with (security_invoker = true) as
select book, region, date_trunc('minute', at) as minute, count(*)::int as samples,
  avg(rsrp_dbm) as rsrp_dbm, avg(throughput_mbps) as throughput_mbps, avg(latency_ms) as latency_ms, avg(loss_ratio) as loss_ratio
from gesim.smart_switch_samples group by book, region, date_trunc('minute', at);

-- Published to the traveller's page: why this carrier.
create view gesim.smart_switch_choices with (security_invoker = true) as
select distinct on (intent_id) intent_id, book, reason, scores, at
from gesim.smart_switch_decisions order by intent_id, turn desc;

revoke all on gesim.smart_switch_radio, gesim.smart_switch_choices from public, anon, authenticated;
