/** What a traveller cares about: messages and calls, video, the price, or a bit of everything. */
const QOS_PREFERENCES = ['chat', 'video', 'cheapest', 'balanced'] as const

export type QosPreference = (typeof QOS_PREFERENCES)[number]

/** Reads a preference; what nobody knows counts as balanced, so that an older stage meets a newer word. */
export function qosOf(text: string): QosPreference {
  return QOS_PREFERENCES.find((one) => one === text) ?? 'balanced'
}

/** One measurement of a carrier's radio in a region. */
export interface Sample {
  readonly book: number
  readonly region: string
  readonly atMs: number
  readonly rsrpDbm: number
  readonly throughputMbps: number
  readonly latencyMs: number
  /** Lost packets, 0 to 1. */
  readonly lossRatio: number
}

/** A mean that forgets, with the spread around it. */
interface Mean {
  readonly value: number
  readonly variance: number
}

/** What is believed of a carrier in a region. The two utilities lie in 0 to 1, one second of service each. */
export interface Estimate {
  readonly book: number
  readonly region: string
  readonly atMs: number
  /** Samples that still count, older ones faded. */
  readonly weight: number
  readonly chat: Mean
  readonly video: Mean
  readonly throughputMbps: number
  readonly latencyMs: number
}

/** Time after which a sample counts 1/e: a third of the gain is lost already with telemetry ten seconds old. */
const FADE_MS = 20_000

/** Utility of a second for messages and calls: latency up to 400 ms counts, loss takes its share. */
export function chatUtility(sample: Pick<Sample, 'latencyMs' | 'lossRatio'>): number {
  return clamp((400 - sample.latencyMs) / 350) * (1 - clamp(sample.lossRatio))
}

/** Utility of a second for video: logarithmic in throughput, full at 50 Mbit/s. */
export function videoUtility(sample: Pick<Sample, 'throughputMbps' | 'lossRatio'>): number {
  const full = Math.log2(1 + 50)
  return clamp(Math.log2(1 + Math.max(0, sample.throughputMbps)) / full) * (1 - clamp(sample.lossRatio))
}

/** The estimate after one more sample. A sample older than the estimate changes nothing: order is the carrier's task. */
export function observe(previous: Estimate | undefined, sample: Sample): Estimate {
  const chat = chatUtility(sample)
  const video = videoUtility(sample)
  if (!previous) {
    return {
      book: sample.book,
      region: sample.region,
      atMs: sample.atMs,
      weight: 1,
      // One sample says nothing of the spread; a quarter of the range is a cautious first guess.
      chat: { value: chat, variance: 0.0625 },
      video: { value: video, variance: 0.0625 },
      throughputMbps: sample.throughputMbps,
      latencyMs: sample.latencyMs,
    }
  }
  if (sample.atMs <= previous.atMs) return previous
  const faded = previous.weight * Math.exp(-(sample.atMs - previous.atMs) / FADE_MS)
  const weight = faded + 1
  const share = 1 / weight
  return {
    book: sample.book,
    region: sample.region,
    atMs: sample.atMs,
    weight,
    chat: moved(previous.chat, chat, share),
    video: moved(previous.video, video, share),
    throughputMbps: previous.throughputMbps + share * (sample.throughputMbps - previous.throughputMbps),
    latencyMs: previous.latencyMs + share * (sample.latencyMs - previous.latencyMs),
  }
}

function moved(mean: Mean, value: number, share: number): Mean {
  const difference = value - mean.value
  return {
    value: mean.value + share * difference,
    variance: (1 - share) * (mean.variance + share * difference * difference),
  }
}

/** What a second of service is expected to be worth at a moment, and how unsure that is. */
export interface Expectation {
  readonly utility: number
  readonly error: number
}

/** Utility that is assumed where nothing was measured. */
const UNKNOWN_UTILITY = 0.5

/** How fast a measurement loses its say: after ten minutes without news little more than the prior is left. */
const FORGET_MS = 600_000

/** The expectation of an estimate for a preference, drawn towards the unknown as the newest sample ages. */
export function expectationOf(
  estimate: Estimate | undefined,
  qos: QosPreference,
  nowMs: number,
): Expectation {
  if (!estimate) return { utility: UNKNOWN_UTILITY, error: 0.25 }
  const share = qos === 'chat' ? 1 : qos === 'video' ? 0 : 0.5
  const measured = share * estimate.chat.value + (1 - share) * estimate.video.value
  const variance = share * estimate.chat.variance + (1 - share) * estimate.video.variance
  const kept = Math.exp(-Math.max(0, nowMs - estimate.atMs) / FORGET_MS)
  const error = Math.sqrt(variance / Math.max(1, estimate.weight))
  return {
    utility: UNKNOWN_UTILITY + kept * (measured - UNKNOWN_UTILITY),
    error: kept * error + (1 - kept) * 0.25,
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}
