// OpenTelemetry: a span for each request, each event and each reader's work on it, with the intent id as attribute and
// as the trace itself, so that one purchase is one trace over all stages and processes.
import type { JourneyEvent } from '@gesim/journey'
import { traceOfIntent } from '@gesim/store'
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { NodeSettings } from './settings.ts'

export interface Telemetry {
  request(
    method: string,
    route: string,
    status: number,
    durationMs: number,
    intentId: string | undefined,
  ): void
  event(event: JourneyEvent): void
  close(): Promise<void>
}

/** Starts what the settings ask for; with neither set it only counts in memory. */
export function startTelemetry(
  settings: Pick<NodeSettings, 'otlpUrl' | 'metricsPort'>,
  extra: readonly SpanProcessor[] = [],
): Telemetry {
  const processors = [...extra]
  if (settings.otlpUrl) {
    processors.push(
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: new URL('v1/traces', settings.otlpUrl).href }),
      }),
    )
  }
  const tracers = new TracerProvider({ spanProcessors: processors })
  // For those who trace by the API alone: the readers of the journal.
  trace.setGlobalTracerProvider(tracers)
  const tracer = tracers.getTracer('gesim')
  const reader = settings.metricsPort
    ? new PrometheusExporter({ host: '127.0.0.1', port: settings.metricsPort })
    : undefined
  const meters = new MeterProvider(reader ? { readers: [reader] } : {})
  const meter = meters.getMeter('gesim')
  const durations = meter.createHistogram('http_server_request_duration_ms', { unit: 'ms' })
  const events = meter.createCounter('gesim_journey_events')

  const span = (name: string, intentId: string | null | undefined, startMs: number, kind: SpanKind): Span => {
    const parent = intentId
      ? trace.setSpanContext(context.active(), traceOfIntent(intentId))
      : context.active()
    const attributes = intentId ? { intent_id: intentId } : {}
    return tracer.startSpan(name, { kind, startTime: startMs, attributes }, parent)
  }
  return {
    request(method, route, status, durationMs, intentId) {
      durations.record(durationMs, { method, route, status })
      const end = Date.now()
      const one = span(`${method} ${route}`, intentId, end - durationMs, SpanKind.SERVER)
      one.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
      })
      if (status >= 500) one.setStatus({ code: SpanStatusCode.ERROR })
      one.end(end)
    },
    event(event) {
      events.add(1, { kind: event.kind })
      const one = span(event.kind, event.intentId, event.atMs, SpanKind.INTERNAL)
      one.setAttributes({ 'gesim.seq': event.seq.toString() })
      one.end(event.atMs)
    },
    async close() {
      trace.disable()
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()])
    },
  }
}
