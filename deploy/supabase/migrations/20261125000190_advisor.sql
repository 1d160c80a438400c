-- Advisor: what it advised and why. Counts and cohorts only; of an intent nothing but its id.

-- Every piece of advice, and every choice of the smart switch, as the AI page shows them.
create table gesim.advisor_decisions (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('switch', 'anomaly', 'prewarm')),
  rules_version integer not null,
  intent_id text,
  book integer,
  choice text not null,
  why text not null,
  scores jsonb,
  -- SHA-256 of the inputs in a fixed order: whoever holds the inputs can show that this was decided from them.
  inputs_hash text not null,
  at timestamptz not null default now()
);
create index advisor_decisions_at on gesim.advisor_decisions (at);

-- The last cumulative figure of an intent, so that a rate can be made of the next.
create table gesim.advisor_usage (
  intent_id text primary key,
  book integer not null,
  seq bigint not null,
  bytes bigint not null,
  as_of bigint not null,
  flagged boolean not null default false
);

-- The rates of a cohort (a carrier's book), without the intent they came from.
create table gesim.advisor_rates (
  id bigint generated always as identity primary key,
  book integer not null,
  log_rate double precision not null
);
create index advisor_rates_book on gesim.advisor_rates (book, id);

-- Orders of an hour.
create table gesim.advisor_orders (
  book integer not null,
  hour bigint not null,
  orders integer not null,
  primary key (book, hour)
);

-- Advice already given for an hour.
create table gesim.advisor_prewarm (
  book integer not null,
  hour bigint not null,
  profiles integer not null,
  primary key (book, hour)
);

select gesim.protect('advisor_decisions, advisor_usage, advisor_rates, advisor_orders, advisor_prewarm');
