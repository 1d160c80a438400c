-- Browsers that want to be told what happened while no page is open.
create table gesim.web_push_subscriptions (
  -- Keyed hash of the endpoint: with the table alone nobody tells which browser it is.
  name text primary key check (name ~ '^[0-9a-f]{64}$'),
  account text not null,
  -- Endpoint and keys, sealed.
  subscription bytea not null,
  created_at timestamptz not null default now(),
  renewed_at timestamptz not null default now()
);
create index web_push_subscriptions_account on gesim.web_push_subscriptions (account);
select gesim.protect('web_push_subscriptions');
