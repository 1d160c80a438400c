-- What a traveller agreed to with the one confirmation; its hash is `plan_salt`. Purchases older than it have none.
alter table gesim.intents_intents add column agreement jsonb;

-- A quote without one could be taken but not agreed to. Quotes live for minutes: those that are open are asked for anew.
delete from gesim.intents_quotes;
alter table gesim.intents_quotes add column agreement jsonb not null;
