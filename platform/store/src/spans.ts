import { createHash } from 'node:crypto'
import { Failure, kindOf } from '@gesim/base'
import type { JourneyEvent } from '@gesim/journey'
import {
  type Context,
  context,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

/** Does nothing until the program registers a provider. */
const tracer = trace.getTracer('gesim.store')

/**
 * The trace of a purchase, made of its intent id: no context has to travel through database and chain, and all
 * processes agree.
 */
export function traceOfIntent(intentId: string): SpanContext {
  const digest = createHash('sha256').update(intentId).digest('hex')
  return {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  }
}

/** Runs a reader's work on one event within a span of the purchase's trace. */
export async function withinSpan(
  reader: string,
  event: JourneyEvent,
  attempt: number,
  work: () => Promise<void>,
): Promise<void> {
  const parent: Context = event.intentId
    ? trace.setSpanContext(context.active(), traceOfIntent(event.intentId))
    : context.active()
  const span = tracer.startSpan(
    `${reader} ${event.kind}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        ...(event.intentId ? { intent_id: event.intentId } : {}),
        'gesim.reader': reader,
        'gesim.seq': event.seq.toString(),
        'gesim.attempt': attempt,
      },
    },
    parent,
  )
  try {
    await context.with(trace.setSpan(parent, span), work)
  } catch (error) {
    // The code alone: the text of an error that nobody named may hold anything.
    span.setAttribute('gesim.failure', error instanceof Failure ? error.code : kindOf(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}
