-- Keys that change: the address of an account follows from its first owner key for good, the key that signs may be another.
-- What keeps a key safe is kept by key, so that the parts of a new one lie beside those of the old until the chain has
-- replaced it. What belongs to a replaced key is retired, and deleted an hour later: until then a reorg can undo it.
alter table gesim.identity_accounts add column first_owner text check (first_owner ~ '^0x[0-9a-f]{40}$');
update gesim.identity_accounts set first_owner = owner;
alter table gesim.identity_accounts alter column first_owner set not null;

-- A part without an account belongs to a wallet whose making broke off; it is made anew.
alter table gesim.identity_shares add column owner text check (owner ~ '^0x[0-9a-f]{40}$'), add column retired_at timestamptz;
update gesim.identity_shares s set owner = a.owner from gesim.identity_accounts a where a.subject_ref = s.subject_ref;
delete from gesim.identity_shares where owner is null;
alter table gesim.identity_shares alter column owner set not null;
alter table gesim.identity_shares drop constraint identity_shares_pkey, add primary key (subject_ref, owner);

-- Seeds sealed by passkeys in the browser: ciphertext to us. One for each key and passkey.
create table gesim.identity_seals (
  subject_ref text not null,
  credential_id text not null,
  owner text not null check (owner ~ '^0x[0-9a-f]{40}$'),
  sealed_seed text not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (subject_ref, credential_id, owner),
  foreign key (subject_ref, credential_id) references gesim.identity_passkeys on update cascade on delete cascade
);
insert into gesim.identity_seals (subject_ref, credential_id, owner, sealed_seed, created_at)
  select p.subject_ref, p.credential_id, a.owner, p.sealed_seed, p.created_at
  from gesim.identity_passkeys p join gesim.identity_accounts a using (subject_ref);
alter table gesim.identity_passkeys drop column sealed_seed;

-- What a passkey is checked with. One made before it was kept has none: it seals, and does not sign in.
alter table gesim.identity_passkeys
  -- x and y of a P-256 key.
  add column public_key text check (public_key ~ '^0x[0-9a-f]{128}$'),
  add column sign_count bigint not null default 0,
  add column signs_in boolean not null default false,
  add column used_at timestamptz,
  add check (public_key is not null or not signs_in);
-- A credential belongs to one sign-in (WebAuthn level 3, section 7.1, step 26).
create unique index identity_passkeys_known on gesim.identity_passkeys (credential_id) where public_key is not null;

-- The provider with which somebody signs in: who has no other way keeps the last passkey.
alter table gesim.identity_subjects add column way text;

-- A challenge for a passkey, good once and for one browser: five minutes at most.
create table gesim.identity_passkey_challenges (
  challenge_hash bytea primary key,
  -- SHA-256 of a cookie's secret: of the session where one is being added to, else of one set for this.
  bound_hash bytea not null,
  adding boolean not null,
  expires_at timestamptz not null
);
create index identity_passkey_challenges_expiry on gesim.identity_passkey_challenges (expires_at);
select gesim.protect('identity_seals, identity_passkey_challenges');
