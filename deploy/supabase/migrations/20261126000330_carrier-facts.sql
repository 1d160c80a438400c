-- The figures behind the choice of a carrier, for words in the traveller's language; the reason beside them is English.
alter table gesim.intents_intents add column carrier_facts jsonb;
