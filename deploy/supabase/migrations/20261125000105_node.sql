-- The node itself: what its HTTP server keeps for a day.

-- The last requests for the developer page: no body, no query, no address.
create table gesim.node_requests (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  method text not null,
  route text not null,
  status smallint not null,
  duration_ms real not null,
  code text,
  correlator text
);
create index node_requests_at on gesim.node_requests (at);

-- Answers kept for a day, so that the same Idempotency-Key gives the same answer and does nothing twice.
create table gesim.node_idempotency (
  caller_hash bytea not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  answer jsonb,
  at timestamptz not null default now(),
  primary key (caller_hash, key)
);
create index node_idempotency_at on gesim.node_idempotency (at);

select gesim.protect('node_requests, node_idempotency');
