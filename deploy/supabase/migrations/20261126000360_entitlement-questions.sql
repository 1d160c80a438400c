-- What a traveller prefers where nothing else is said, and the questions of carriers that an account answers by signature.

create table gesim.intents_preferences (
  account text primary key check (account ~ '^0x[0-9a-f]{40}$'),
  qos text not null check (qos in ('balanced', 'cheapest', 'chat', 'video')),
  changed_at timestamptz not null default now()
);

create table gesim.intents_questions (
  nonce text primary key check (nonce ~ '^0x[0-9a-f]{64}$'),
  -- Six characters that the carrier hands over; of use to the account that was asked only.
  code_hash bytea not null unique,
  carrier_id integer not null,
  carrier text not null check (carrier ~ '^0x[0-9a-f]{40}$'),
  -- The carrier's books when it asked: a purchase open at one of them entitles.
  books integer[] not null,
  account text not null check (account ~ '^0x[0-9a-f]{40}$'),
  purpose text not null check (length(purpose) between 1 and 140),
  issued_at bigint not null,
  expires_at bigint not null,
  -- All three are set together, once.
  answered_at timestamptz,
  intent_id text,
  signature text
);
create index intents_questions_expiry on gesim.intents_questions (expires_at);
create index intents_questions_account on gesim.intents_questions (account, expires_at desc);

select gesim.protect('intents_preferences, intents_questions');
