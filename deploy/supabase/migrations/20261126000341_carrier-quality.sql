-- Published to the traveller's page: what is believed of each carrier's radio in a country, and how old that is.
create view gesim.smart_switch_quality with (security_invoker = true) as
select book, region, at, throughput_mbps, latency_ms, chat, video from gesim.smart_switch_estimates;
revoke all on gesim.smart_switch_quality from public, anon, authenticated;
grant select on gesim.smart_switch_quality to service_role;
