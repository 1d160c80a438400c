-- Whether a passkey has sealed a seed: then it can seal another. Where none of the present key is there, the key was changed
-- since, and the traveller is told that this passkey opens it no longer; the seal itself is gone an hour after the change.
alter table gesim.identity_passkeys add column seals boolean not null default false;
update gesim.identity_passkeys p set seals = true
  where exists (select from gesim.identity_seals s
    where s.subject_ref = p.subject_ref and s.credential_id = p.credential_id);
