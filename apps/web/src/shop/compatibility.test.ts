import { expect, it } from 'vitest'
import { compatibilityOf } from './compatibility.ts'

it('answers for a device only what can be known from here', () => {
  const iphone = (version: string) =>
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) AppleWebKit/605`
  expect(compatibilityOf(iphone('18_2'), 5)).toBe('works')
  expect(compatibilityOf(iphone('16_1'), 5)).toBe('check')
  expect(compatibilityOf('Mozilla/5.0 (Linux; Android 15; Pixel 8)', 5)).toBe('works')
  expect(compatibilityOf('Mozilla/5.0 (Linux; Android 15; SM-A145F)', 5)).toBe('check')
  expect(compatibilityOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 5)).toBe('check')
  expect(compatibilityOf('Mozilla/5.0 (X11; Linux x86_64) Chrome/147', 0)).toBe('no')
})
