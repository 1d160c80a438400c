// How a page looks and whether everybody can use it: both themes, the narrowest and a wide screen.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Appearance {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
}

export const APPEARANCES: readonly Appearance[] = ([320, 1280] as const).flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ colorScheme, width })),
)

/** Shows the page that is open in another theme and width. */
export async function appearAs(page: Page, { colorScheme, width }: Appearance): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height: 800 })
  // Colours change over a millisecond each: a look in between sees neither theme.
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
    await frame()
  })
}

/**
 * What is in somebody's way. A page that still changes, such as a list that has just heard of a step, is looked at once
 * more: what is wrong with it is wrong a second later too.
 */
export async function barriers(page: Page): Promise<string[]> {
  const first = await look(page)
  if (first.length === 0) return first
  await page.waitForTimeout(1_000)
  return look(page)
}

/** Violations of WCAG 2.2 A and AA as far as a machine can tell, and a page wider than the screen. */
async function look(page: Page): Promise<string[]> {
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  // Playwright's own injection passes by the page's policy, which rightly forbids foreign scripts.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const axe = (
      globalThis as unknown as {
        axe: {
          run(options: object): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }>
        }
      }
    ).axe
    const result = await axe.run({
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    })
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    )
  })
  return wide > 0 ? [...found, `wider than the screen by ${wide} px`] : found
}
