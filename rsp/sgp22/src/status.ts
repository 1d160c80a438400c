/** What a status code speaks of (SGP.22 section 5.2.6.1). */
export const SUBJECTS = {
  '1.1': 'function requester',
  '1.2': 'function provider',
  '1.3.1': 'protocol format',
  '1.6': 'function',
  '8': 'remote provisioning',
  '8.1': 'eUICC',
  '8.1.1': 'EID',
  '8.1.2': 'EUM certificate',
  '8.1.3': 'eUICC certificate',
  '8.2': 'profile',
  '8.2.1': 'profile ICCID',
  '8.2.5': 'profile type',
  '8.2.6': 'matching ID',
  '8.2.7': 'confirmation code',
  '8.2.8': 'profile policy rules',
  '8.2.9': 'profile metadata',
  '8.2.10': 'bound profile package',
  '8.8': 'SM-DP+',
  '8.8.1': 'SM-DP+ address',
  '8.8.2': 'security configuration of the SM-DP+',
  '8.8.3': 'specification version of the SM-DP+',
  '8.8.4': 'SM-DP+ certificate',
  '8.8.5': 'download order',
  '8.9': 'SM-DS',
  '8.9.1': 'SM-DS address',
  '8.9.2': 'security configuration of the SM-DS',
  '8.9.3': 'specification version of the SM-DS',
  '8.9.4': 'SM-DS certificate',
  '8.9.5': 'event record',
  '8.10.1': 'transaction ID',
  '8.11.1': 'CI public key',
} as const

/** What is wrong with it (SGP.22 section 5.2.6.2). */
export const REASONS = {
  '1.1': 'unknown',
  '1.2': 'not allowed',
  '2.1': 'invalid',
  '2.2': 'mandatory element missing',
  '3.1': 'unsupported',
  '3.3': 'already in use',
  '3.5': 'invalid transition',
  '3.7': 'unavailable',
  '3.8': 'refused',
  '3.9': 'unknown',
  '3.10': 'invalid association',
  '3.11': 'value has changed',
  '4.2': 'execution error',
  '4.3': 'stopped on warning',
  '4.8': 'insufficient memory',
  '4.10': 'time to live expired',
  '5.1': 'inaccessible',
  '6.1': 'verification failed',
  '6.3': 'expired',
  '6.4': 'maximum number of retries exceeded',
} as const

export type Subject = keyof typeof SUBJECTS
export type Reason = keyof typeof REASONS

/** A status code, such as `8.2.6/3.8`: the matching ID was refused. */
export type StatusCode = `${Subject}/${Reason}`

/** Subject and reason of a status code. */
export function partsOf(code: StatusCode): { subject: Subject; reason: Reason } {
  const [subject, reason] = code.split('/') as [Subject, Reason]
  return { subject, reason }
}

/** A status code in words: `8.2.6/3.8: matching ID refused`. Unknown numbers of others are shown as they are. */
export function statusText(subject: string, reason: string): string {
  const subjects: Readonly<Record<string, string>> = SUBJECTS
  const reasons: Readonly<Record<string, string>> = REASONS
  return `${subject}/${reason}: ${subjects[subject] ?? subject} ${reasons[reason] ?? reason}`
}
