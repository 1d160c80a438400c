import { unreachable } from '@gesim/base'
import type { Ramp } from './ports.ts'

/** Where no provider is connected: approved requests wait, no money leaves. */
export const withoutRamp: Ramp = {
  name: 'none',
  async order() {
    throw unreachable('treasury.ramp-unreachable')
  },
  async status() {
    throw unreachable('treasury.ramp-unreachable')
  },
}
