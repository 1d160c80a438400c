'use client'
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clockTime } from '../words/format.ts'

const HEIGHT = 220
/** Ticks in whole minutes, so that no two of them read the same. */
const TICK_SECONDS = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]

/** One quantity over time (canvas), from zero on. The newest figure stands beside it in words. */
export function LineChart({
  label,
  unit,
  atMs,
  values,
  tone = '--sea',
}: {
  label: string
  unit: string
  atMs: readonly number[]
  values: readonly number[]
  tone?: '--sea' | '--sky'
}) {
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const drawn = useTheme()
  const data = useRef<uPlot.AlignedData>([[], []])
  data.current = [atMs.map((at) => at / 1000), [...values]]

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas keeps its colours, so another theme is another drawing
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const plot = draw(element, data.current, unit, tone)
    chart.current = plot
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
      chart.current = null
    }
  }, [unit, tone, drawn])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `data` is made of these two
  useEffect(() => {
    chart.current?.setData(data.current)
  }, [atMs, values])

  const latest = values.at(-1)
  const least = Math.min(...values)
  const most = Math.max(...values)
  const range = values.length > 1 ? `${figure(least)} to ${figure(most)} ${unit}` : ''
  return (
    <figure className="card p-4">
      <figcaption className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 text-small">
        <span className="font-semibold">{label}</span>
        <span className="figures text-soft">
          now{' '}
          <strong className="font-semibold text-ink">
            {latest === undefined ? '–' : `${figure(latest)} ${unit}`}
          </strong>
          {range && <span className="ml-3 text-caption text-faint">{range}</span>}
        </span>
      </figcaption>
      <div
        ref={frame}
        role="img"
        aria-label={`${label} of the last ${atMs.length} minutes measured, ${range}`}
      />
    </figure>
  )
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1)
}

function draw(element: HTMLElement, data: uPlot.AlignedData, unit: string, tone: '--sea' | '--sky'): uPlot {
  const style = getComputedStyle(element)
  const colour = (name: string) => resolve(style.getPropertyValue(name))
  const grid = { stroke: colour('--line'), width: 1 }
  const axis = {
    stroke: colour('--ink-faint'),
    grid: { show: false },
    ticks: { show: false },
    font: '12px "Inter Variable", sans-serif',
  }
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.15)] } },
      axes: [
        {
          ...axis,
          incrs: TICK_SECONDS,
          space: 64,
          size: 30,
          values: (_chart, splits) => splits.map((at) => clockTime(at * 1000)),
        },
        {
          ...axis,
          grid,
          size: 76,
          values: (_chart, splits) => splits.map((value) => (value === 0 ? '0' : `${value} ${unit}`)),
        },
      ],
      series: [
        {},
        {
          stroke: colour(tone),
          width: 2,
          fill: colour(`${tone}-wash`),
          points: { size: 5, fill: colour(tone) },
          paths: uPlot.paths.spline?.(),
        },
      ],
    },
    data,
    element,
  )
}

/** A canvas knows no `light-dark()`: the browser works it out on an element of ours. */
function resolve(value: string): string {
  const probe = document.createElement('span')
  probe.style.color = value
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** Counts the changes between light and dark, by the system or by the reader. */
function useTheme(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const changed = () => setChanges((times) => times + 1)
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', changed)
    const reader = new MutationObserver(changed)
    reader.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      system.removeEventListener('change', changed)
      reader.disconnect()
    }
  }, [])
  return changes
}
