export { checkPackage, iccidOf, imsiOf, requirePackage } from './check.ts'
export {
  iccidFromBytes,
  iccidToBytes,
  imsiFromFile,
  imsiToFile,
  luhnDigit,
  luhnMatches,
  swapNibbles,
} from './digits.ts'
export type {
  AkaAlgorithm,
  AkaElement,
  FileManagementElement,
  FileStep,
  HeaderElement,
  OpaqueElement,
  PeHeader,
  PinCode,
  PinElement,
  ProfileElement,
  ProfilePackage,
  PukCode,
  PukElement,
  TemplateElement,
} from './elements.ts'
export { isAka, isFileManagement, isHeader, isPin, isPuk, isTemplate, peOf } from './elements.ts'
export { saipFailures } from './failures.ts'
export type { Fcp } from './fcp.ts'
export type { FileBudget, FileImage } from './images.ts'
export { fileBudget, managementImages, pathOf, templateImages } from './images.ts'
export type { ElementKind } from './kinds.ts'
export { kindOfTag, tagOfKind } from './kinds.ts'
export type { Personalisation } from './personalise.ts'
export { personalise } from './personalise.ts'
export type { ReadLimits } from './read.ts'
export { readElement, readPackage } from './read.ts'
export type { Finding } from './rules.ts'
export { TEMPLATE_RULES } from './template-access.ts'
export type { FileStructure, Template } from './templates.ts'
export { templateOf } from './templates.ts'
export { ADM1, PIN1, PIN2, writeUsimProfile } from './usim-profile.ts'
export type { UsimValues } from './usim-values.ts'
export { draftElement, encodeElement, writePackage } from './write.ts'
