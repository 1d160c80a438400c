-- When the oracle last refused a pair: the rate before it stays readable with its age, and no estimate is made from it.
alter table gesim.oracles_rates add column refused_at bigint;
