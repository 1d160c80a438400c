import type { FailureCatalogue } from '@gesim/base'

export const smdpFailures = {
  'smdp.unknown-matching-id': {
    kind: 'refused',
    says: 'No order waits under this matching identifier, or it has been used.',
    remedy: 'Check the activation code; if the profile was installed, it cannot be downloaded again.',
  },
  'smdp.eid-mismatch': {
    kind: 'refused',
    says: 'The order is for another card.',
    remedy: 'Download with the card that the profile was ordered for.',
  },
  'smdp.not-released': {
    kind: 'refused',
    says: 'The profile was ordered but not released yet.',
    remedy: 'Wait until the operator released it.',
  },
  'smdp.no-memory': {
    kind: 'refused',
    says: 'The card has too little memory for the profile.',
    remedy: 'Delete a profile of the card, or use another card.',
  },
  'smdp.not-eligible': {
    kind: 'refused',
    says: 'The profile does not fit the card: the version of its package, or a policy rule that the card forbids.',
    remedy: 'Use another card, or order another profile.',
  },
  'smdp.order-expired': {
    kind: 'refused',
    says: 'The order was not downloaded in its time.',
    remedy: 'Ask the operator for a new order.',
  },
  'smdp.too-many-downloads': {
    kind: 'refused',
    says: 'The profile was downloaded too often without being installed.',
    remedy: 'Ask the operator for a new order.',
  },
  'smdp.confirmation-code-missing': {
    kind: 'refused',
    says: 'The order asks for a confirmation code and none came.',
    remedy: 'Enter the confirmation code that the operator gave.',
  },
  'smdp.confirmation-code-refused': {
    kind: 'refused',
    says: 'The confirmation code is wrong.',
    remedy: 'Enter it again; a few attempts are allowed.',
  },
  'smdp.confirmation-code-exhausted': {
    kind: 'refused',
    says: 'The confirmation code was wrong too often.',
    remedy: 'Ask the operator for a new order.',
  },
  'smdp.rebinding-refused': {
    kind: 'refused',
    says: 'The package was bound to a one-time key of the card that it does not have any more.',
    remedy: 'Ask the operator for a new order.',
  },
  'smdp.wrong-oid': {
    kind: 'refused',
    says: 'The card cancelled a session with another server.',
    remedy: 'Cancel with the identifier of this server’s certificates.',
  },
  'smdp.unknown-iccid': {
    kind: 'refused',
    says: 'The operator has no profile with this ICCID.',
    remedy: 'Upload the profile first, or correct the ICCID.',
    httpStatus: 404,
  },
  'smdp.profile-not-allowed': {
    kind: 'refused',
    says: 'The profile with this ICCID is another operator’s.',
    remedy: 'Correct the ICCID.',
    httpStatus: 403,
  },
  'smdp.iccid-in-use': {
    kind: 'refused',
    says: 'The profile is not in a state in which this can be done.',
    remedy: 'Cancel its order first, or use another profile.',
  },
  'smdp.profile-type-unknown': {
    kind: 'refused',
    says: 'The operator has no profiles of this type.',
    remedy: 'Upload profiles of the type, or correct its name.',
  },
  'smdp.profile-type-sold-out': {
    kind: 'refused',
    says: 'No profile of this type is available any more.',
    remedy: 'Upload more profiles of the type, or order another one.',
  },
  'smdp.profile-type-differs': {
    kind: 'refused',
    says: 'The profile with this ICCID is of another type.',
    remedy: 'Name the ICCID alone, or a profile type alone.',
  },
  'smdp.profile-type-not-allowed': {
    kind: 'refused',
    says: 'The operator may not order profiles of this type.',
    remedy: 'Order a type that was agreed on, or have the agreement changed.',
    httpStatus: 403,
  },
  'smdp.order-names-nothing': {
    kind: 'refused',
    says: 'An order names neither an ICCID nor a profile type.',
    remedy: 'Name one of the two.',
    httpStatus: 400,
  },
  'smdp.matching-id-taken': {
    kind: 'refused',
    says: 'Another order has this matching identifier.',
    remedy: 'Choose another one, or leave it out to have one made.',
  },
  'smdp.order-exists': {
    kind: 'refused',
    says: 'The same call of the same operator has an order already.',
    remedy: 'Nothing: the order that exists is the answer.',
  },
  'smdp.eid-missing': {
    kind: 'refused',
    says: 'An order over an SM-DS or without a matching identifier needs the EID.',
    remedy: 'Name the EID.',
  },
  'smdp.eid-differs': {
    kind: 'refused',
    says: 'The order was for another EID.',
    remedy: 'Name the EID of downloadOrder, or none.',
  },
  'smdp.eid-not-of-order': {
    kind: 'refused',
    says: 'The order that shall be cancelled is not of this EID.',
    remedy: 'Name the EID of the order, or none.',
  },
  'smdp.not-confirmed': {
    kind: 'refused',
    says: 'Only a confirmed order can be released.',
    remedy: 'Confirm the order first; one that ended cannot be released.',
  },
  'smdp.matching-id-differs': {
    kind: 'refused',
    says: 'The order has another matching identifier.',
    remedy: 'Name the matching identifier of confirmOrder, or none.',
  },
  'smdp.smds-unavailable': {
    kind: 'unreachable',
    says: 'The SM-DS does not answer.',
    remedy: 'Try again, or confirm without an SM-DS.',
  },
  'smdp.smds-refused': {
    kind: 'unreachable',
    says: 'The SM-DS answered, and did not take the event.',
    remedy: 'See its answer in the log; confirm again, or without an SM-DS.',
  },
  'smdp.too-late': {
    kind: 'refused',
    says: 'There is no order, or it ended, or its package left the house: it cannot be taken back.',
    remedy: 'Nothing; the order ended.',
  },
  'smdp.no-operator': {
    kind: 'refused',
    says: 'The caller showed no certificate of the operators’ authority, or an unknown one.',
    remedy: 'Connect with the certificate that the SM-DP+ issued or agreed on.',
    httpStatus: 403,
  },
  'smdp.not-the-operator': {
    kind: 'refused',
    says: 'The caller names another operator than its certificate does.',
    remedy: 'Name the identifier of the certificate as functionRequesterIdentifier.',
    httpStatus: 403,
  },
  'smdp.bad-profile': {
    kind: 'refused',
    says: 'An uploaded profile is not one, or is not the one that its address names.',
    remedy: 'Upload a SAIP package whose header holds the ICCID of the path.',
    httpStatus: 422,
  },
  'smdp.no-evidence': {
    kind: 'refused',
    says: 'The card has not reported the installation yet.',
    remedy: 'Wait for the notification of the download’s progress.',
    httpStatus: 404,
  },
  'smdp.no-such-method': {
    kind: 'refused',
    says: 'The path knows no such method.',
    remedy: 'Use a method that the answer’s Allow header names.',
    httpStatus: 405,
  },
  'smdp.at-fault': {
    kind: 'broken',
    says: 'The operators’ interface met an error that nobody foresaw.',
    remedy: 'See the log of the server; the same request may be sent again.',
  },
  'smdp.state-unreadable': {
    kind: 'broken',
    says: 'A stored row cannot be opened with the key that was set.',
    remedy: 'Set the key with which the database was written.',
  },
  'smdp.bad-stock': {
    kind: 'refused',
    says: 'A file of profiles or orders that the server shall start with cannot be used.',
    remedy: 'Correct the named file and entry; the README shows the form.',
  },
  'smdp.data-key-missing': {
    kind: 'refused',
    says: 'A database is set but no key to encrypt with.',
    remedy: 'Set SMDP_DATA_KEY to 64 hex digits and keep it: without it the database is lost.',
  },
} as const satisfies FailureCatalogue
