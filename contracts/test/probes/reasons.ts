/** Why a place in `contracts/src` is not passed by any test. `code` is how the place begins, on one line. */
export interface Reason {
  file: string
  code: string
  side?: string
  why: string
}

const SRC = 'contracts/src'
const NO_HOOK = 'Every world of the tests has a compliance hook; an escrow or a pool without one asks nobody.'

export const REASONS: Reason[] = [
  {
    file: `${SRC}/GesimPaymaster.sol`,
    code: 'postOpGasLimit > 40_000',
    side: '? true',
    why: "Not played: the tests' operations ask for less gas than the EntryPoint fines.",
  },
  {
    file: `${SRC}/OperationProbe.sol`,
    code: 'operation.sender.code.length != 0',
    side: 'false',
    why: 'Not played: a factory that answers well and makes no account.',
  },
  {
    file: `${SRC}/Receivables.sol`,
    code: 'maxDiscountBps_ <= 10_000',
    side: 'false',
    why: 'Not played: the pool is deployed with other constants out of their range, not with this one.',
  },
  {
    file: `${SRC}/RestakedAttestors.sol`,
    code: 'operator != address(0)',
    side: 'false',
    why: 'Not played: the view that sums stakes is not asked about somebody without an operator.',
  },
  {
    file: `${SRC}/Settlement.sol`,
    code: 'gasleft() < CLAIM_GAS',
    side: 'true',
    why: 'Passed by `test_Settle_RevertWhen_TooLittleGas`, which counts gas and therefore fails where probes cost some.',
  },
  {
    file: `${SRC}/Settlement.sol`,
    code: 'commitment.epoch <= before',
    side: 'true',
    why: 'Cannot happen: an older epoch is outside of its window (`_checkTime`), and the same one was answered above. A second lock.',
  },
  {
    file: `${SRC}/abstracts/AccountRecovery.sol`,
    code: '!_isSigner(SignerBytes.idOf(newSigner))',
    side: 'false',
    why: 'Not played: a delegated address is recovered to its own key.',
  },
  {
    file: `${SRC}/abstracts/Challenges.sol`,
    code: 'refs[i].epoch == epoch',
    side: 'false',
    why: 'Not played: the leaf of an older root than the newest that counts for the book is demanded.',
  },
  {
    file: `${SRC}/abstracts/Challenges.sol`,
    code: 'return _ref(epoch)',
    why: 'Not played, as the line above: a kept root that closes do not rest on.',
  },
  {
    file: `${SRC}/abstracts/EscrowBase.sol`,
    code: 'amount == 0',
    side: 'true',
    why: 'Passed by `test_Gas_RefundFinal` only, which measures costs and is not counted: nothing is left to give back.',
  },
  { file: `${SRC}/abstracts/EscrowBase.sol`, code: 'hook == address(0)', side: 'true', why: NO_HOOK },
  {
    file: `${SRC}/abstracts/EscrowExits.sol`,
    code: '_holdAtMost(intentId, intent.book, _book(intent.book), intent.funded - charge)',
    side: 'false',
    why: 'Not played: a counter after a trim that had lowered the hold as far already.',
  },
  {
    file: `${SRC}/abstracts/EscrowExits.sol`,
    code: 'leaf.amount <= charge',
    side: 'true',
    why: 'Not played: a trim by a leaf that is no higher than the charge of the exit.',
  },
  {
    file: `${SRC}/abstracts/EscrowExits.sol`,
    code: 'charge < funded',
    side: '? false',
    why: 'Not played: an exit meets a leaf that takes the whole deposit, so that nothing is held.',
  },
  {
    file: `${SRC}/abstracts/GesimDomain.sol`,
    code: 'SignatureChecker.isValidSignatureNow(device, digest, signature)',
    side: '? false',
    why: 'Not played: a wrong signature of a device with a P-256 key. Of one with an address it is (the line above).',
  },
  {
    file: `${SRC}/abstracts/PoolShares.sol`,
    code: '_cash > wanted',
    side: '? false',
    why: 'Not played: a queue that waits for all the cash of the pool, so that nothing may be lent.',
  },
  {
    file: `${SRC}/abstracts/PoolShares.sol`,
    code: 'address(_compliance) == address(0)',
    side: 'true',
    why: NO_HOOK,
  },
  {
    file: `${SRC}/abstracts/SettlementRoots.sol`,
    code: '_isFinal(newest)',
    side: 'false',
    why: 'Not played: closes in a frozen book whose last good root has left the newest six and is not final.',
  },
  {
    file: `${SRC}/abstracts/SettlementRoots.sol`,
    code: 'return 0',
    why: 'Cannot happen: the newest six epochs reach back to one that is final (constructor), and a final one is not frozen.',
  },
  {
    file: `${SRC}/experimental/Bn254.sol`,
    code: '!isDone',
    side: 'true',
    why: 'In `mul` it cannot happen: what is multiplied is the generator, the key, or a sum, all on the curve. In `add` it is passed.',
  },
]
