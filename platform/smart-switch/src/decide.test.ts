import { expect, test } from 'vitest'
import { type Candidate, chooseCarrier, decideMove, type Serving } from './decide.ts'
import { type Estimate, observe, type QosPreference, type Sample } from './quality.ts'

const NOW = 1_764_000_000_000

function measured(
  book: number,
  radio: Partial<Pick<Sample, 'throughputMbps' | 'latencyMs' | 'lossRatio'>>,
  options: { samples?: number; ageMs?: number; jitter?: number } = {},
): Estimate {
  let estimate: Estimate | undefined
  const samples = options.samples ?? 20
  for (let i = 0; i < samples; i++) {
    estimate = observe(estimate, {
      book,
      region: 'ES',
      atMs: NOW - (options.ageMs ?? 0) - (samples - 1 - i) * 1000,
      rsrpDbm: -95,
      throughputMbps: radio.throughputMbps ?? 20,
      latencyMs: (radio.latencyMs ?? 60) + (i % 2 === 0 ? 1 : -1) * (options.jitter ?? 0),
      lossRatio: radio.lossRatio ?? 0,
    })
  }
  return estimate!
}

const candidate = (book: number, estimate?: Estimate, pricePerGbMicros = 1_000_000n): Candidate => ({
  book,
  estimate,
  pricePerGbMicros,
})

const fast = { throughputMbps: 45, latencyMs: 150 }
const quick = { throughputMbps: 4, latencyMs: 30 }

const CHOICES: {
  name: string
  candidates: Candidate[]
  refused?: number[]
  qos?: QosPreference
  book: number | null
}[] = [
  {
    name: 'video takes the carrier with throughput',
    candidates: [candidate(1, measured(1, quick)), candidate(2, measured(2, fast))],
    qos: 'video',
    book: 2,
  },
  {
    name: 'chat takes the carrier with low latency',
    candidates: [candidate(1, measured(1, quick)), candidate(2, measured(2, fast))],
    qos: 'chat',
    book: 1,
  },
  {
    name: 'cheapest takes the lower price for a little less quality',
    candidates: [
      candidate(1, measured(1, { throughputMbps: 20 }), 2_000_000n),
      candidate(2, measured(2, { throughputMbps: 15 }), 900_000n),
    ],
    qos: 'cheapest',
    book: 2,
  },
  {
    name: 'balanced does not give up good quality for a small saving',
    candidates: [
      candidate(1, measured(1, fast), 1_000_000n),
      candidate(2, measured(2, { throughputMbps: 0.3, latencyMs: 380 }), 900_000n),
    ],
    book: 1,
  },
  {
    name: 'a refused carrier is left out however good',
    candidates: [candidate(1, measured(1, fast)), candidate(2, measured(2, { throughputMbps: 1 }))],
    refused: [1],
    book: 2,
  },
  {
    name: 'when all have refused there is nobody',
    candidates: [candidate(1), candidate(2)],
    refused: [1, 2],
    book: null,
  },
  {
    name: 'without any measurement the lower book is taken',
    candidates: [candidate(2), candidate(1)],
    book: 1,
  },
  {
    name: 'a carrier measured bad loses to one never measured',
    candidates: [
      candidate(1, measured(1, { throughputMbps: 0.1, latencyMs: 399, lossRatio: 0.5 })),
      candidate(2),
    ],
    book: 2,
  },
  {
    name: 'a carrier measured good wins over one never measured',
    candidates: [candidate(1), candidate(2, measured(2, fast))],
    book: 2,
  },
  {
    name: 'an hour-old good measurement has lost nearly all its say',
    candidates: [
      candidate(1, measured(1, { throughputMbps: 12, latencyMs: 90 })),
      candidate(2, measured(2, { throughputMbps: 50, latencyMs: 20 }, { ageMs: 3_600_000 })),
    ],
    book: 1,
  },
]

test('a choice tells its figures too: what was measured, who else could deliver, who refused', () => {
  const three = [
    candidate(1),
    candidate(2, measured(2, { throughputMbps: 12.34, latencyMs: 90.4 })),
    candidate(3),
  ]
  const { book, facts } = chooseCarrier(three, [3], 'balanced', NOW)
  expect(book).toBe(2)
  expect(facts).toMatchObject({ measured: { throughputMbps: 12.3, latencyMs: 90 }, others: 1, refused: 1 })
  expect(chooseCarrier([candidate(1)], [], 'balanced', NOW).facts).toEqual({
    qos: 'balanced',
    measured: null,
    others: 0,
    refused: 0,
  })
  expect(chooseCarrier([candidate(1)], [1], 'balanced', NOW).facts).toBeNull()
})

test.each(CHOICES)('first choice: $name', ({ candidates, refused = [], qos = 'balanced', book }) => {
  const choice = chooseCarrier(candidates, refused, qos, NOW)
  expect(choice.book).toBe(book)
  expect(choice.reason).toMatch(/^(Carrier|No carrier).*\.$/)
})

const serving = (over: Partial<Serving> = {}): Serving => ({
  book: 1,
  sinceMs: NOW - 600_000,
  remainingBytes: 10_000_000_000n,
  endsMs: NOW + 86_400_000,
  switchFeeMicros: 0n,
  ...over,
})

const MOVES: {
  name: string
  serving?: Partial<Serving>
  here: Estimate
  there: Estimate
  to: number | null
  says: RegExp
}[] = [
  {
    name: 'a lasting and clear advantage is taken',
    here: measured(1, { throughputMbps: 0.5, latencyMs: 350 }),
    there: measured(2, fast),
    to: 2,
    says: /gains/,
  },
  {
    name: 'do not switch: equal carriers',
    here: measured(1, fast),
    there: measured(2, fast),
    to: null,
    says: /less than it costs/,
  },
  {
    name: 'do not switch: the gain is below the outage it costs',
    here: measured(1, { throughputMbps: 25, latencyMs: 60 }),
    there: measured(2, { throughputMbps: 30, latencyMs: 55 }),
    to: null,
    says: /less than it costs/,
  },
  {
    name: 'do not switch: the fee eats the gain',
    serving: { switchFeeMicros: 2_000_000n },
    here: measured(1, { throughputMbps: 1, latencyMs: 300 }),
    there: measured(2, fast),
    to: null,
    says: /for the fee/,
  },
  {
    name: 'do not switch: changed ten seconds ago',
    serving: { sinceMs: NOW - 10_000 },
    here: measured(1, { throughputMbps: 0.5, latencyMs: 350 }),
    there: measured(2, fast),
    to: null,
    says: /10 s ago/,
  },
  {
    name: 'do not switch: service ends in eight seconds',
    serving: { endsMs: NOW + 8_000 },
    here: measured(1, { throughputMbps: 0.5, latencyMs: 350 }),
    there: measured(2, fast),
    to: null,
    says: /of use are left/,
  },
  {
    name: 'do not switch: hardly any data is left to use',
    serving: { remainingBytes: 200_000n },
    here: measured(1, { throughputMbps: 0.5, latencyMs: 350 }),
    there: measured(2, fast),
    to: null,
    says: /of use are left/,
  },
  {
    name: 'do not switch: the advantage was measured an hour ago',
    here: measured(1, { throughputMbps: 8, latencyMs: 120 }),
    there: measured(2, fast, { ageMs: 3_600_000 }),
    to: null,
    says: /less than it costs/,
  },
  {
    name: 'do not switch: one lucky sample is no evidence',
    here: measured(1, { throughputMbps: 12, latencyMs: 100 }),
    there: measured(2, { throughputMbps: 30, latencyMs: 60 }, { samples: 1 }),
    to: null,
    says: /less than it costs/,
  },
]

test.each(MOVES)('in service: $name', (row) => {
  const move = decideMove(
    serving(row.serving),
    [candidate(1, row.here), candidate(2, row.there)],
    'balanced',
    NOW,
  )
  expect(move.to).toBe(row.to)
  expect(move.reason).toMatch(row.says)
})

test('a phone stays where nothing else was measured', () => {
  const move = decideMove(serving(), [candidate(1, measured(1, quick)), candidate(2)], 'chat', NOW)
  expect(move).toMatchObject({ to: null, reason: 'Stay with carrier 1: no other carrier was measured here.' })
})

test('a stronger signal alone moves nobody: only what the traveller feels counts', () => {
  const weak = measured(1, { throughputMbps: 20 })
  let strong: Estimate | undefined
  for (let i = 0; i < 20; i++)
    strong = observe(strong, {
      book: 2,
      region: 'ES',
      atMs: NOW - 20_000 + i * 1000,
      rsrpDbm: -60,
      throughputMbps: 19,
      latencyMs: 60,
      lossRatio: 0,
    })
  expect(decideMove(serving(), [candidate(1, weak), candidate(2, strong)], 'video', NOW).to).toBeNull()
})

test('two carriers that take turns each minute do not make a phone oscillate', () => {
  let here = 1
  let sinceMs = NOW - 600_000
  let estimates: Record<number, Estimate | undefined> = {}
  let moves = 0
  for (let second = 0; second < 1200; second++) {
    const atMs = NOW + second * 1000
    const firstIsGood = Math.floor(second / 20) % 2 === 0
    for (const book of [1, 2]) {
      const good = (book === 1) === firstIsGood
      const sample = {
        book,
        region: 'ES',
        atMs,
        rsrpDbm: -90,
        throughputMbps: good ? 25 : 18,
        latencyMs: good ? 50 : 70,
        lossRatio: 0,
      }
      estimates = { ...estimates, [book]: observe(estimates[book], sample) }
    }
    const move = decideMove(
      serving({ book: here, sinceMs, endsMs: NOW + 86_400_000_0 }),
      [candidate(1, estimates[1]), candidate(2, estimates[2])],
      'balanced',
      atMs,
    )
    if (move.to === null) continue
    here = move.to
    sinceMs = atMs
    moves++
  }
  expect(moves).toBe(0)
})

test('a decision takes well under a millisecond', () => {
  const candidates = [1, 2, 3, 4].map((book) => candidate(book, measured(book, fast)))
  const began = performance.now()
  for (let i = 0; i < 10_000; i++) decideMove(serving(), candidates, 'balanced', NOW)
  expect((performance.now() - began) / 10_000).toBeLessThan(1)
})
