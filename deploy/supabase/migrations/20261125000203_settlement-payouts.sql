-- A carrier may be paid before the epoch of the newest leaf: when only the end of the service came later, nothing more was
-- due. The payouts of a purchase begin with the first epoch whose leaf held its newest amount.
create or replace view gesim.receipt_settlement with (security_invoker = true) as
select l.intent_id, jsonb_build_object(
  'epoch', e.epoch, 'state', e.state, 'commitment', e.commitment, 'book', l.book, 'index', l.idx,
  'postedAt', e.posted_at, 'txHash', e.tx_hash,
  'leafProof', l.proof, 'nodeProof', l.node,
  -- The signed pair behind this very leaf; metering may know a newer one already.
  'voucher', case when m.device is not null then jsonb_build_object(
    'voucher', m.device -> 'voucher', 'signature', m.device -> 'signature',
    'binding', coalesce(nullif(m.device -> 'binding', 'null'::jsonb),
      '{"device": "0x", "validUntil": 0, "payerSignature": "0x"}'::jsonb)) end,
  'usageReceipt', case when m.carrier is not null then jsonb_build_object(
    'receipt', m.carrier -> 'receipt', 'key', m.carrier -> 'key', 'signature', m.carrier -> 'signature') end,
  'signatures', coalesce((select jsonb_agg(jsonb_build_object('attestor', a.attestor, 'signature', a.signature)
      order by a.attestor) from gesim.settlement_attestations a where a.epoch = e.epoch), '[]'::jsonb),
  'payouts', coalesce((select jsonb_agg(jsonb_build_object('epoch', o.epoch, 'grossMicros', o.gross_micros::text,
      'feeMicros', o.fee_micros::text, 'to', o.paid_to, 'txHash', o.tx_hash) order by o.epoch)
    from gesim.settlement_payouts o where o.book = l.book and o.epoch >= (select min(f.epoch)
      from gesim.settlement_leaves f where f.intent_id = l.intent_id and f.amount_micros >= l.amount_micros)), '[]'::jsonb)) as part
from (
  select distinct on (v.intent_id) v.* from gesim.settlement_leaves v
  join gesim.settlement_epochs x on x.epoch = v.epoch and x.state in ('posted', 'final')
  order by v.intent_id, v.epoch desc
) l
join gesim.settlement_epochs e on e.epoch = l.epoch
left join gesim.metering_evidence m on m.intent_id = l.intent_id and m.evidence = l.evidence;
