-- Bundles that reverted on chain with the operation in them, though they passed the simulation: such an operation goes
-- alone once more, and then not again, for the bundler pays for each.
alter table gesim.relayer_operations add column reverts integer not null default 0;
