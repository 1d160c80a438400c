/** Error numbers of the eUICC by function, with the names of SGP.22 section 5.7. */

export const AUTHENTICATE_ERRORS = {
  1: 'invalidCertificate',
  2: 'invalidSignature',
  3: 'unsupportedCurve',
  4: 'noSessionContext',
  5: 'invalidOid',
  6: 'euiccChallengeMismatch',
  7: 'ciPKUnknown',
  127: 'undefinedError',
} as const

export const DOWNLOAD_ERRORS = {
  1: 'invalidCertificate',
  2: 'invalidSignature',
  3: 'unsupportedCurve',
  4: 'noSessionContext',
  5: 'invalidTransactionId',
  127: 'undefinedError',
} as const

export const CANCEL_REASONS = {
  0: 'endUserRejection',
  1: 'postponed',
  2: 'timeout',
  3: 'pprNotAllowed',
  4: 'metadataMismatch',
  5: 'loadBppExecutionError',
  127: 'undefinedReason',
} as const

export const CANCEL_ERRORS = { 5: 'invalidTransactionId', 127: 'undefinedError' } as const

export const ENABLE_RESULTS = {
  0: 'ok',
  1: 'iccidOrAidNotFound',
  2: 'profileNotInDisabledState',
  3: 'disallowedByPolicy',
  4: 'wrongProfileReenabling',
  5: 'catBusy',
  127: 'undefinedError',
} as const

export const DISABLE_RESULTS = {
  0: 'ok',
  1: 'iccidOrAidNotFound',
  2: 'profileNotInEnabledState',
  3: 'disallowedByPolicy',
  5: 'catBusy',
  127: 'undefinedError',
} as const

export const DELETE_RESULTS = {
  0: 'ok',
  1: 'iccidOrAidNotFound',
  2: 'profileNotInDisabledState',
  3: 'disallowedByPolicy',
  127: 'undefinedError',
} as const

export const RESET_RESULTS = { 0: 'ok', 1: 'nothingToDelete', 5: 'catBusy', 127: 'undefinedError' } as const

export const NICKNAME_RESULTS = { 0: 'ok', 1: 'iccidNotFound', 127: 'undefinedError' } as const

export const NOTIFICATION_SENT_RESULTS = { 0: 'ok', 1: 'nothingToDelete', 127: 'undefinedError' } as const

export const LIST_ERRORS = { 127: 'undefinedError' } as const

export const RETRIEVE_ERRORS = { 1: 'noResultAvailable', 127: 'undefinedError' } as const

/** RetrieveNotificationsList found nothing, as cards before version 2.5 say it; later ones give an empty list. */
export const NO_RESULT_AVAILABLE = 1

export const PROFILES_INFO_ERRORS = { 1: 'incorrectInputValues', 127: 'undefinedError' } as const

export const DEFAULT_DP_RESULTS = { 0: 'ok', 127: 'undefinedError' } as const

export const LOAD_CRL_ERRORS = {
  1: 'invalidSignature',
  2: 'invalidCRLFormat',
  3: 'notEnoughMemorySpace',
  4: 'verificationKeyNotFound',
  5: 'fresherCrlAlreadyLoaded',
  6: 'baseCrlMissing',
  127: 'undefinedError',
} as const

export const BPP_COMMANDS = {
  0: 'initialiseSecureChannel',
  1: 'configureISDP',
  2: 'storeMetadata',
  3: 'storeMetadata2',
  4: 'replaceSessionKeys',
  5: 'loadProfileElements',
} as const

export const INSTALL_ERRORS = {
  1: 'incorrectInputValues',
  2: 'invalidSignature',
  3: 'invalidTransactionId',
  4: 'unsupportedCrtValues',
  5: 'unsupportedRemoteOperationType',
  6: 'unsupportedProfileClass',
  7: 'scp03tStructureError',
  8: 'scp03tSecurityError',
  9: 'installFailedDueToIccidAlreadyExistsOnEuicc',
  10: 'installFailedDueToInsufficientMemoryForProfile',
  11: 'installFailedDueToInterruption',
  12: 'installFailedDueToPEProcessingError',
  13: 'installFailedDueToDataMismatch',
  14: 'testProfileInstallFailedDueToInvalidNaaKey',
  15: 'pprNotAllowed',
  127: 'installFailedDueToUnknownError',
} as const

/** Status of a profile element (TCA SAIP, annex B). */
export const PE_STATUS = {
  0: 'ok',
  1: 'pe-not-supported',
  2: 'memory-failure',
  3: 'bad-values',
  4: 'not-enough-memory',
  5: 'invalid-request-format',
  6: 'invalid-parameter',
  7: 'runtime-not-supported',
  8: 'lib-not-supported',
  9: 'template-not-supported',
  10: 'feature-not-supported',
  11: 'pin-code-missing',
  31: 'unsupported-profile-version',
} as const

/** The name of a number in one of the tables, or the number itself. */
export function resultName(table: Readonly<Record<number, string>>, value: number): string {
  return table[value] ?? String(value)
}
