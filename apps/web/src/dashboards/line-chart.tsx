'use client'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clockTime } from '../words/format.ts'

export interface Line {
  readonly name: string
  readonly unit: string
  readonly values: readonly (number | null)[]
}

/** A dense chart over time (canvas). The latest figures stand beside it in words. */
export function LineChart({
  atMs,
  lines,
  label,
}: {
  atMs: readonly number[]
  lines: readonly Line[]
  label: string
}) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = frame.current
    if (!element || atMs.length === 0) return
    const chart = draw(element, atMs, lines)
    const watch = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 220 }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      chart.destroy()
    }
  }, [atMs, lines])
  return (
    <figure className="card p-4">
      <figcaption className="mb-2 flex flex-wrap justify-between gap-2 text-small">
        <span className="font-semibold">{label}</span>
        <span className="figures text-soft">
          {lines
            .map((line) => `${line.name} ${line.values.at(-1)?.toFixed(1) ?? '–'} ${line.unit}`)
            .join(' · ')}
        </span>
      </figcaption>
      <div ref={frame} role="img" aria-label={`${label}, last ${atMs.length} measurements`} />
    </figure>
  )
}

function draw(element: HTMLElement, atMs: readonly number[], lines: readonly Line[]): uPlot {
  const style = getComputedStyle(element)
  const colour = (name: string) => resolve(style.getPropertyValue(name))
  const grid = { stroke: colour('--line'), width: 1 }
  const axis = { stroke: colour('--ink-faint'), grid, ticks: grid, font: '12px "Inter Variable", sans-serif' }
  const tones = [colour('--sea'), colour('--sky'), colour('--amber')]
  return new uPlot(
    {
      width: element.clientWidth,
      height: 220,
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      axes: [
        { ...axis, values: (_chart, splits) => splits.map((at) => clockTime(at * 1000)) },
        { ...axis, size: 52 },
      ],
      series: [
        {},
        ...lines.map((line, index) => ({
          label: line.name,
          stroke: tones[index % tones.length],
          width: 1.75,
        })),
      ],
    },
    [atMs.map((at) => at / 1000), ...lines.map((line) => [...line.values])],
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
