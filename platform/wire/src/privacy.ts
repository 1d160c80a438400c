import { type Static, Type } from 'typebox'
import { IntentState } from './intents.ts'
import { Address, Hash, Line, Millis, Seconds } from './words.ts'

/**
 * The words of what is stored about a traveller, by their codes. The web app says them in the traveller's language; these are
 * for whoever reads the API.
 */
export const storedWords = {
  groups: {
    'sign-in': 'Your sign-in',
    account: 'Your account',
    sessions: 'Sessions',
    challenges: 'Texts for signing in with a wallet',
    'key-part': 'One of the three parts of your key',
    'key-part-releases': 'Releases of that part',
    'sealed-keys': 'Keys sealed by your passkeys',
    endings: 'Accounts deleted here',
    quotes: 'Quotes',
    purchases: 'Purchases',
    steps: 'Steps of purchases',
    moves: 'Changes of state',
    'pairing-codes': 'Pairing codes',
    devices: 'Paired devices',
    'chain-logs': 'Logs of the chain',
    transactions: 'Transactions sent for you',
    bundles: 'Transactions that carried your operations',
    attempts: 'Signed forms of transactions',
    operations: 'Your signed operations',
    sponsored: 'Accounts with sponsored fees',
    'test-money': 'Test money given',
    orders: 'Orders at networks',
    'refund-notes': 'Notes of refunds',
    receipts: 'Receipts signed by networks',
    prepared: 'Profiles prepared ahead',
    usage: 'Usage',
    'usage-records': 'Signed usage records',
    'usage-devices': 'Devices that may sign usage',
    'usage-pairs': 'Compared usage records',
    'choice-wishes': 'Wishes for a network',
    choices: 'Choices of a network',
    bills: 'Money of each purchase',
    ledger: 'Ledger',
    settlements: 'Settlement',
    leaves: 'Lines in settled periods',
    demands: 'Demands for proof',
    decisions: 'Decisions of programs',
    'last-usage': 'Last usage looked at',
    'public-log': 'Public log',
    requests: 'Requests',
    repeats: 'Answers kept for repeated requests',
    events: 'Events',
    'parked-events': 'Events set aside',
    jobs: 'Jobs waiting',
  },
  fields: {
    account: 'Account',
    active: 'Active since',
    actor: 'Who did it',
    amount: 'Amount',
    at: 'When',
    block: 'Block',
    'block-hash': 'Hash of the block',
    budget: 'Budget for fees',
    'budget-transaction': 'Transaction of the budget',
    bytes: 'Data used',
    cancelled: 'Cancelled',
    'carrier-at': 'Network’s last record',
    'carrier-bytes': 'Data by the network’s record',
    'carrier-digest': 'Hash of the network’s record',
    'carrier-last': 'Network has spoken last',
    'carrier-number': 'Number of the network’s record',
    'carrier-used': 'Network’s record that counts',
    cause: 'Cause',
    chain: 'Chain',
    charged: 'Charged',
    choice: 'Choice',
    choosing: 'Network being chosen',
    closed: 'Closed',
    'co-signed': 'Data signed by both sides',
    'co-signed-charge': 'Charge signed by both sides',
    commitment: 'Identity commitment',
    connected: 'Connected',
    consent: 'Consent',
    'consent-signature': 'Signature of the consent',
    consented: 'Consented',
    content: 'Content',
    contract: 'Contract',
    cost: 'Cost',
    country: 'Country',
    created: 'Made',
    deadline: 'Ends at the latest',
    details: 'Hash of the details',
    device: 'Device key',
    'device-at': 'Device’s last record',
    'device-bytes': 'Data by the device’s record',
    'device-digest': 'Hash of the device’s record',
    'device-last': 'Device has spoken last',
    'device-number': 'Number of the device’s record',
    'device-used': 'Device’s record that counts',
    digest: 'Hash',
    done: 'Done',
    downloaded: 'Downloaded',
    due: 'Due',
    duration: 'Milliseconds',
    ended: 'Ended',
    epoch: 'Period',
    event: 'Event number',
    expires: 'Runs out',
    failure: 'What went wrong',
    'fee-limit': 'Highest fee',
    final: 'Final',
    flagged: 'Unusual',
    flags: 'Marks',
    'fresh-until': 'Fresh until',
    from: 'From',
    funded: 'Paid in',
    gas: 'Gas used',
    'gas-limit': 'Highest gas',
    'gas-price': 'Price of gas',
    installed: 'Installed',
    intent: 'Purchase',
    kind: 'Kind',
    method: 'Method',
    network: 'Network',
    'network-proof': 'Proof for the network',
    networks: 'Possible networks',
    nonce: 'One-time number',
    'none-left': 'No network left',
    'not-before': 'Not before',
    note: 'Note',
    number: 'Number',
    owner: 'Owner key',
    pairing: 'Pairing',
    passkey: 'Passkey',
    place: 'Place in the order',
    plan: 'Plan',
    'plan-copy': 'Plan as sold',
    price: 'Price',
    process: 'Process',
    profile: 'Kind of profile',
    'profile-hash': 'Keyed hash of the profile',
    proof: 'Proof',
    quality: 'Quality wished for',
    ready: 'Ready',
    reason: 'Reason',
    receipt: 'Hash of the receipt',
    'recovery-noted': 'Recovery file saved',
    refunded: 'Given back',
    'refused-networks': 'Networks that refused',
    released: 'Taken up again',
    'remainder-refused': 'Return refused',
    returned: 'Rest given back',
    role: 'Role',
    route: 'Address asked',
    salt: 'Random number',
    scores: 'Scores',
    'secret-hash': 'Hash of a secret',
    seen: 'Last seen',
    sender: 'Sender',
    sent: 'Sent',
    settled: 'Paid to the network',
    side: 'Side',
    signature: 'Signature',
    signed: 'Signed transaction',
    'signed-at': 'Signed',
    signer: 'Signing key',
    state: 'State',
    step: 'Step',
    subject: 'Code of your sign-in',
    success: 'Succeeded',
    terms: 'Terms',
    tip: 'Tip',
    to: 'To',
    token: 'Soulbound token',
    transaction: 'Transaction',
    tries: 'Attempts',
    undone: 'Undone',
    usage: 'Usage',
    'valid-until': 'Valid until',
    value: 'Value',
    version: 'Version',
    wish: 'Key of the request',
  },
  whys: {
    'sign-in': 'Recognises you when you sign in. Your name, e-mail and provider id are not stored.',
    wallet: 'Your wallet, its keys and its budget for fees work with it.',
    safety: 'What is not you can be noticed.',
    purchase: 'You get what you bought, or your money back.',
    choice: 'A choice made by a program can be explained to you.',
    usage: 'You pay for what you used and no more.',
    accounts: 'Every amount is booked and can be audited.',
    proof: 'You and anyone else can check the receipt.',
    chain: 'A copy of what stands on the public chain; our pages read it.',
    fees: 'Network fees are paid for you.',
    running: 'Nothing is done twice or left undone when a computer fails.',
    faults: 'Faults are found.',
  },
  untils: {
    session: 'You sign out, end it or delete it, or it runs out.',
    expiry: 'A short time after it runs out.',
    deleted: 'You delete your account.',
    week: 'Seven days.',
    'week-after': 'Seven days after it runs out.',
    day: 'One day.',
    job: 'One day after it is done.',
    stays: 'No end is set: accounts, disputes and proofs need it. It names nobody.',
  },
} as const

type Codes<Part extends keyof typeof storedWords> = keyof (typeof storedWords)[Part] & string

function code<Part extends keyof typeof storedWords>(part: Part) {
  return Type.Unsafe<Codes<Part>>(
    Type.String({ pattern: '^[a-z-]{2,32}$', maxLength: 32, description: `A code of ${part}` }),
  )
}

/** One table's rows about the traveller, each row a value by the code of its field; what is empty is left out. */
export const StoredGroup = Type.Object({
  group: code('groups'),
  says: Line,
  why: code('whys'),
  whySays: Line,
  until: code('untils'),
  untilSays: Line,
  fields: Type.Array(
    Type.Object({
      field: code('fields'),
      says: Line,
      /** Moments are ISO 8601, money is micro-USDC; of `sealed` it is told only that it is there. */
      kind: Type.Union([
        Type.Literal('text'),
        Type.Literal('time'),
        Type.Literal('micros'),
        Type.Literal('octets'),
        Type.Literal('sealed'),
      ]),
    }),
  ),
  /** How many rows there are; `skip` asks for those behind the ones that came. */
  total: Type.Integer({ minimum: 0 }),
  rows: Type.Array(Type.Record(Type.String(), Type.String())),
})
export type StoredGroup = Static<typeof StoredGroup>

/** What is stored, or the rows of one group from a place on. */
export const StoredQuery = Type.Object({
  group: Type.Optional(Type.String({ pattern: '^[a-z-]{2,32}$', maxLength: 32 })),
  skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
})

/** What deleting the account would do. */
export const EndingPreview = Type.Object({
  account: Type.Union([Address, Type.Null()]),
  groups: Type.Array(
    Type.Object({
      group: code('groups'),
      total: Type.Integer({ minimum: 0 }),
      /** Deleted with the account; the rest names no sign-in and stays until its own time. */
      deleted: Type.Boolean(),
      until: code('untils'),
    }),
  ),
  /** Paid and not over. Until `provisionBy` an eSIM is delivered or the money goes back; at `deadline` service ends. */
  purchases: Type.Array(
    Type.Object({
      intentId: Hash,
      state: IntentState,
      provisionBy: Seconds,
      deadline: Seconds,
    }),
  ),
})
export type EndingPreview = Static<typeof EndingPreview>

const Receipt = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  maxLength: 43,
  description: '256 random bits, base64url, made by the caller',
})

export const EndingWish = Type.Object(
  {
    receipt: Receipt,
    /** The purchases that run and are left behind. */
    leaving: Type.Array(Hash, { maxItems: 200 }),
  },
  { additionalProperties: false },
)

export const EndingReceipt = Type.Object({ receipt: Receipt }, { additionalProperties: false })

/** How far a deletion is: the rows are gone at once, the token is burned on chain soon after. */
export const Ending = Type.Object({
  askedAtMs: Millis,
  token: Type.Union([Type.Literal('none'), Type.Literal('leaving'), Type.Literal('gone')]),
  txHash: Type.Optional(Hash),
})
export type Ending = Static<typeof Ending>
