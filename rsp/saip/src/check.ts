import { refuse } from '@gesim/base'
import { iccidFromBytes, imsiFromFile } from './digits.ts'
import { isHeader, isTemplate, type ProfilePackage } from './elements.ts'
import { templateImages } from './images.ts'
import { type ReadLimits, readPackage } from './read.ts'
import { type Finding, imagesOfPackage, RULES } from './rules.ts'

/** Every rule that a package breaks, in the order of its elements; an empty list is a good package. */
export function checkPackage(profile: ProfilePackage): Finding[] {
  const findings: Finding[] = []
  const imagesOf = imagesOfPackage(profile.elements)
  const report = (rule: string, number: number, says: string, severity: Finding['severity'] = 'error') => {
    const { kind = 'none', offset = 0 } = profile.elements[number - 1] ?? {}
    findings.push({ rule, severity, element: number, kind, offset, says })
  }
  for (const rule of RULES) rule(profile.elements, report, imagesOf)
  return findings.sort((a, b) => a.element - b.element)
}

/**
 * Reads a package and refuses a bad one: `saip.not-a-profile` when it cannot be read, `saip.rule-broken` with the
 * first rule, element and offset when it makes no sense. Warnings pass.
 */
export function requirePackage(bytes: Uint8Array, limits?: ReadLimits): ProfilePackage {
  const profile = readPackage(bytes, limits)
  const findings = checkPackage(profile).filter((finding) => finding.severity === 'error')
  const first = findings[0]
  if (first) {
    const { rule, element, kind, offset, says } = first
    throw refuse('saip.rule-broken', { rule, element, kind, offset, says, broken: findings.length })
  }
  return profile
}

/** The ICCID of a package, as digits. Throws `saip.rule-broken` when it has no header. */
export function iccidOf(profile: ProfilePackage): string {
  const header = profile.elements[0]
  if (!header || !isHeader(header)) throw refuse('saip.rule-broken', { rule: 'header-first', element: 1 })
  return iccidFromBytes(header.iccid)
}

/** The IMSI in the first EF.IMSI of a package, or `undefined` when there is none. */
export function imsiOf(profile: ProfilePackage): string | undefined {
  for (const element of profile.elements) {
    if (element.kind !== 'usim' || !isTemplate(element)) continue
    const file = templateImages(element).images.find((image) => image.name === 'ef-imsi')
    if (file) return imsiFromFile(file.content)
  }
  return undefined
}
