-- Identity: who signs in, without knowing who it is. No name, e-mail or provider id is stored; `subject_ref` is a keyed
-- hash whose key is not in the database.

create table gesim.identity_subjects (
  subject_ref text primary key check (subject_ref ~ '^v[0-9]+:[A-Za-z0-9_-]{43}$'),
  created_at timestamptz not null default now(),
  recovery_saved boolean not null default false
);

create table gesim.identity_sessions (
  -- SHA-256 of the cookie; the cookie itself is nowhere.
  token_hash bytea primary key,
  public_id text not null unique,
  subject_ref text not null references gesim.identity_subjects on update cascade on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  fresh_until timestamptz not null,
  expires_at timestamptz not null
);
create index identity_sessions_subject on gesim.identity_sessions (subject_ref);
create index identity_sessions_expiry on gesim.identity_sessions (expires_at);

-- A sign-in on its way: between leaving for the provider and coming back, ten minutes at most.
create table gesim.identity_sign_ins (
  state_hash bytea primary key,
  provider text not null,
  nonce text not null,
  code_verifier text not null,
  return_to text not null,
  expires_at timestamptz not null
);

create table gesim.identity_challenges (
  address text not null,
  issued_at bigint not null,
  nonce text not null,
  expires_at timestamptz not null,
  primary key (address, issued_at)
);

create table gesim.identity_accounts (
  account text primary key check (account ~ '^0x[0-9a-f]{40}$'),
  subject_ref text not null unique references gesim.identity_subjects on update cascade,
  owner text not null check (owner ~ '^0x[0-9a-f]{40}$'),
  commitment text not null,
  registered_at timestamptz not null default now(),
  token_id text,
  mint_tx text,
  budget_micros numeric(20),
  budget_valid_until bigint,
  budget_tx text
);

-- The server's share of a seed: one of three, two are needed. Sealed with a key that is not in the database.
create table gesim.identity_shares (
  subject_ref text primary key references gesim.identity_subjects on update cascade on delete cascade,
  sealed bytea not null,
  stored_at timestamptz not null default now()
);

create table gesim.identity_share_releases (
  id bigint generated always as identity primary key,
  subject_ref text not null references gesim.identity_subjects on update cascade on delete cascade,
  at timestamptz not null default now()
);
create index identity_share_releases_subject on gesim.identity_share_releases (subject_ref, at);

-- Seeds sealed by passkeys in the browser: ciphertext to us.
create table gesim.identity_passkeys (
  subject_ref text not null references gesim.identity_subjects on update cascade on delete cascade,
  credential_id text not null,
  sealed_seed text not null,
  created_at timestamptz not null default now(),
  primary key (subject_ref, credential_id)
);

create table gesim.identity_api_keys (
  id text primary key,
  key_hash bytea not null unique,
  prefix text not null,
  name text not null,
  role text not null check (role in ('developer', 'carrier', 'operator')),
  carrier_id integer,
  books integer[] not null default '{}',
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz
);

select gesim.protect('identity_subjects, identity_sessions, identity_sign_ins, identity_challenges, identity_accounts,
  identity_shares, identity_share_releases, identity_passkeys, identity_api_keys');
