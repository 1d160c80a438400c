-- Signatures that came after the root: what the chain knew when it took it, and when they were last sent after it.
alter table gesim.settlement_epochs add column posted_weight integer;
alter table gesim.settlement_epochs add column late_wished_at timestamptz;
