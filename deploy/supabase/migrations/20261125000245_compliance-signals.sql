-- What publishers outside say on chain (ComplianceSignals) of countries where we sell. The table of laws in
-- oracles_compliance is reading matter; these rows bind: plan cards and sales follow them.

create table gesim.oracles_signals (
  country text primary key check (country ~ '^[A-Z]{2}$'),
  requirement text not null check (requirement in ('none', 'registration', 'blocked')),
  publisher text not null,
  -- Hash of the document that says so.
  source text not null,
  valid_until bigint not null,
  read_at bigint not null
);

create view gesim.compliance_signals with (security_invoker = true) as
select s.country, s.requirement, s.publisher, s.source, s.valid_until, c.note
from gesim.oracles_signals s left join gesim.oracles_compliance c using (country)
where s.valid_until > extract(epoch from now());

select gesim.protect('oracles_signals');
revoke all on gesim.compliance_signals from public, anon, authenticated;
grant select on gesim.compliance_signals to service_role;
