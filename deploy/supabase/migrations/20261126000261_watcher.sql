-- The watcher: roots on chain that were recomputed, and what is done about those that are wrong. Nothing here names a
-- traveller: a fault is known by epoch, root and book.
create table gesim.watcher_roots (
  epoch bigint not null,
  root text not null check (root ~ '^0x[0-9a-f]{64}$'),
  -- This database made it.
  is_own boolean not null default false,
  -- Null until it is on chain.
  posted_at bigint,
  state text not null default 'new' check (state in ('new', 'honest', 'false', 'hidden')),
  leaves integer,
  source text,
  why text,
  looked_at timestamptz,
  -- Its window is over, or it is not on chain any more, and nothing is left to do.
  ended_at timestamptz,
  primary key (epoch, root)
);
create index watcher_roots_open on gesim.watcher_roots (epoch) where posted_at is not null and ended_at is null;

create table gesim.watcher_acts (
  key text primary key,
  kind text not null check (
    kind in ('proof', 'slash', 'restore', 'reward', 'allow', 'demand', 'timeout', 'collect')),
  -- Null for what is about no root: bonds and rewards to collect.
  epoch bigint,
  root text,
  book integer,
  -- F1 to F6, C1, C2.
  code text,
  state text not null default 'open' check (state in ('open', 'done', 'failed')),
  bond_micros bigint not null default 0,
  -- Of a demand that is on chain, as PayOnUsage wants it back.
  demand jsonb,
  -- Given to the relayer, and not refused since.
  wished_at timestamptz,
  refused_at timestamptz,
  tries integer not null default 0,
  why text,
  made_at timestamptz not null default now(),
  done_at timestamptz
);
create index watcher_acts_open on gesim.watcher_acts (made_at) where state = 'open';
select gesim.protect('watcher_roots');
select gesim.protect('watcher_acts');
