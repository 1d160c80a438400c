import { refuse, unreachable } from '@gesim/base'
import { traceOfIntent } from '@gesim/store'
import { eventually, type TestStore, testStore } from '@gesim/store/testing'
import { SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTelemetry, type Telemetry } from './telemetry.ts'

const INTENT = `0x${'5a'.repeat(32)}` as const
const spans = new InMemorySpanExporter()
let own: TestStore
let telemetry: Telemetry

beforeAll(async () => {
  own = await testStore()
  telemetry = startTelemetry({ otlpUrl: '', metricsPort: 0 }, [new SimpleSpanProcessor({ exporter: spans })])
})
afterAll(async () => {
  await telemetry.close()
  await own.close()
})

test("a reader's work on an event is a span of the purchase's trace, each attempt one, failures with their code", async () => {
  const { store } = own
  let attempts = 0
  store.follow({ reader: 'first', kinds: ['profile.ready'] }, async () => {
    attempts += 1
    if (attempts === 1) throw unreachable('store.no-database')
  })
  store.follow({ reader: 'second', kinds: ['profile.ready'] }, async () => {
    throw refuse('store.event-parked', { secret: 'never in a span' })
  })
  const seq = await store.tx((tx) => store.append(tx, 'profile.ready', INTENT, { book: 1, attempt: 1 }))
  await eventually(async () => spans.getFinishedSpans().length >= 3)

  const found = spans.getFinishedSpans()
  for (const span of found) {
    expect(span.spanContext().traceId).toBe(traceOfIntent(INTENT).traceId)
    expect(span.attributes).toMatchObject({ intent_id: INTENT, 'gesim.seq': seq.toString() })
  }
  const of = (reader: string) => found.filter(({ attributes }) => attributes['gesim.reader'] === reader)
  expect(of('first').map(({ name, status, attributes }) => [name, status.code, attributes])).toMatchObject([
    [
      'first profile.ready',
      SpanStatusCode.ERROR,
      { 'gesim.attempt': 1, 'gesim.failure': 'store.no-database' },
    ],
    ['first profile.ready', SpanStatusCode.UNSET, { 'gesim.attempt': 2 }],
  ])
  expect(of('second')).toMatchObject([{ attributes: { 'gesim.failure': 'store.event-parked' } }])
  expect(JSON.stringify(found.map(({ attributes, events }) => [attributes, events]))).not.toContain('secret')
})

test("a request joins the same trace by the purchase's id", () => {
  spans.reset()
  telemetry.request('GET', '/v1/intents/:id', 200, 3, INTENT)
  expect(spans.getFinishedSpans().map((span) => span.spanContext().traceId)).toEqual([
    traceOfIntent(INTENT).traceId,
  ])
})
