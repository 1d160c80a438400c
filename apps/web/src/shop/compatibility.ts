/** What can honestly be said from a browser about a device and eSIMs. */
export type Compatibility = 'works' | 'check' | 'no'

/** iPhones take eSIMs from XS on; iOS 18 runs on nothing older. Android makers differ, so the answer is "check". */
export function compatibilityOf(userAgent: string, touchPoints: number): Compatibility {
  const ios = /iPhone.* OS (\d+)_/.exec(userAgent)
  if (ios) return Number(ios[1]) >= 18 ? 'works' : 'check'
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return 'check'
  if (/Android/.test(userAgent)) return /Pixel (?:[4-9]|\d\d)/.test(userAgent) ? 'works' : 'check'
  return 'no'
}
