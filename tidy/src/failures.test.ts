import { describe, expect, it } from 'vitest'
import { housePackages, withoutComments } from './house.ts'
import { failureCatalogues } from './pages.ts'

const THROWN = /\b(refuse|unreachable|broken)\(\s*['"]([a-z0-9-]+\.[a-z0-9-]+)['"]/g

describe('failure codes', () => {
  it('each have a sentence and a remedy', async () => {
    for (const [code, text] of await failureCatalogues()) {
      expect(text.says.length, code).toBeGreaterThan(10)
      expect(text.remedy.length, code).toBeGreaterThan(10)
    }
  })

  it('that are thrown are all in a catalogue, with the kind they are thrown as', async () => {
    const catalogue = await failureCatalogues()
    const kindOf = { refuse: 'refused', unreachable: 'unreachable', broken: 'broken' } as const
    const wrong: string[] = []
    for (const file of housePackages().flatMap((one) => one.files.filter((each) => !each.isTest))) {
      for (const [, how, code] of withoutComments(file.text).matchAll(THROWN)) {
        const text = catalogue.get(code!)
        if (!text) wrong.push(`${file.path}: ${code} is in no catalogue`)
        else if (text.kind !== kindOf[how as keyof typeof kindOf])
          wrong.push(`${file.path}: ${code} is ${text.kind}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
