import { formatMicros } from '@gesim/base'
import { formatEther, parseEther } from 'viem'

/** Micro-USDC as a figure of the language; every digit that is there. */
export function usdc(micros: bigint, tag: string): string {
  const format = new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 6 })
  return format.format(formatMicros(micros) as unknown as number)
}

const STEP = parseEther('0.00001')

/** Ether rounded up, so that what is sent is enough. */
export function etherUp(wei: bigint): string {
  return formatEther(((wei + STEP - 1n) / STEP) * STEP)
}

export function when(seconds: number, tag: string): string {
  return new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'medium' }).format(seconds * 1000)
}

/** Time that is left: days in words, the rest as a clock. */
export function countdown(seconds: number, tag: string): string {
  const left = Math.max(0, Math.ceil(seconds))
  const days = Math.floor(left / 86_400)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(Math.floor(left / 3_600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`
  if (days === 0) return clock
  return `${new Intl.NumberFormat(tag, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days)} ${clock}`
}
