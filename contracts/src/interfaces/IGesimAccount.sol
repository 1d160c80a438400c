// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A traveller's smart account
/// @notice An ERC-4337 account (EntryPoint v0.8) that any one of its signers controls: the key made in the browser, a
/// passkey, another device. A signer is ERC-7913 bytes: 20 bytes are an address (ECDSA or ERC-1271), more are a verifier's
/// address followed by a key. Calls go through ERC-7821 `execute`, as a batch or, shorter, as a single call (mode zero). Signatures for other contracts
/// (ERC-1271) are bound to this account by ERC-7739, so that one key in two accounts signs for one of them only.
///
/// Two kinds of account run this code:
/// - a clone made by {IGesimAccountFactory}: its first signers are part of its code and so of its address, which makes
///   deployment write no storage at all;
/// - an address with a key that delegated itself (EIP-7702) to `IGesimAccountFactory.implementation()`: that key is a
///   signer which cannot be removed, because it could always delegate elsewhere.
/// @dev It cannot be upgraded. A signature is either 65 bytes `r | s | v` of an address that is a signer, or
/// `signerLength:2 | signer | signature` for any kind.
interface IGesimAccount {
    event SignerAdded(bytes signer);
    event SignerRemoved(bytes signer);
    /// @notice Who may ask for a recovery; empty bytes are nobody.
    event RecovererSet(bytes recoverer);
    /// @notice From `effectiveAt` on anyone may finish the recovery, unless a signer cancels it before.
    event RecoveryRequested(bytes newSigner, uint48 effectiveAt);
    event RecoveryCancelled();
    /// @notice All earlier signers are gone; `newSigner` is the only one.
    event Recovered(bytes newSigner, uint32 generation);

    /// @notice An account without a signer would be lost.
    error GesimAccount_LastSigner();
    /// @notice More signers than an account may have.
    error GesimAccount_TooManySigners(uint256 signers, uint256 most);
    /// @notice A signer (or the verifier it begins with) that would approve anything or nothing: the zero address, the
    /// account itself, a precompile, or bytes shorter than an address.
    error GesimAccount_UnsafeSigner(bytes signer);
    /// @notice The signer is one already.
    error GesimAccount_SignerExists(bytes signer);
    /// @notice These bytes are no signer, or the key of a delegated account, which cannot be removed.
    error GesimAccount_NoSuchSigner(bytes signer);
    /// @notice The recoverer is another, or none, or did not sign this.
    error GesimAccount_NotRecoverer(bytes recoverer);
    /// @notice A recovery is under way: it must be cancelled or finished first.
    error GesimAccount_RecoveryPending(uint48 effectiveAt);
    /// @notice No recovery to this signer can be finished now: none was asked for, or the delay runs.
    error GesimAccount_RecoveryNotDue(bytes newSigner, uint48 effectiveAt);

    /// @notice Adds signers. Only the account itself, in an operation signed by one of its signers.
    function addSigners(bytes[] calldata signers) external;

    /// @notice Removes signers. Only the account itself. Reverts if none would remain.
    function removeSigners(bytes[] calldata signers) external;

    /// @notice Swaps a signer for another in one step, as after a lost passkey. Only the account itself.
    function replaceSigner(bytes calldata oldSigner, bytes calldata newSigner) external;

    /// @notice Names who may ask for a recovery: a key on paper, a friend's account, a service. It can do nothing else.
    /// Only the account itself, and not while a recovery is under way.
    /// @param recoverer ERC-7913 bytes, or empty for nobody.
    function setRecoverer(bytes calldata recoverer) external;

    /// @notice Asks that all signers be replaced by one. Anyone may send it; the recoverer signs
    /// `Recovery(bytes newSigner,uint256 nonce)` in this account's EIP-712 domain, with `recoveryNonce()`.
    /// @dev Against loss, not against theft: whoever holds a signer's key can cancel.
    function requestRecovery(bytes calldata newSigner, bytes calldata recoverer, bytes calldata signature) external;

    /// @notice Ends a recovery that is under way. Only the account itself: any signer that still exists.
    function cancelRecovery() external;

    /// @notice Replaces all signers by the one that was asked for, once the delay has passed. Anyone may call it.
    function finishRecovery(bytes calldata newSigner) external;

    /// @notice Whether these bytes are a signer now.
    function isSigner(bytes calldata signer) external view returns (bool);

    /// @notice How many signers there are.
    function signerCount() external view returns (uint256);

    /// @notice Whether these bytes are who may ask for a recovery.
    function isRecoverer(bytes calldata recoverer) external view returns (bool);

    /// @notice What the recoverer's next signature must contain. Grows with every request.
    function recoveryNonce() external view returns (uint256);

    /// @notice When the recovery under way can be finished; zero when there is none.
    function recoveryDueAt() external view returns (uint48);

    /// @notice Seconds between a request for recovery and its effect.
    function recoveryDelay() external view returns (uint48);
}

/// @title The maker of travellers' accounts
/// @notice An account's address follows from its first signers and a salt and is known before anything is deployed. Later
/// changes of signers do not move it.
interface IGesimAccountFactory {
    event AccountCreated(address indexed account, bytes[] signers, uint256 salt);

    /// @notice Deploys the account, or returns it if it is there already. Anyone may call it: the signers are part of the
    /// address. Reverts when a signer is unsafe or comes twice, or when there are none or more than 16.
    function createAccount(bytes[] calldata signers, uint256 salt) external returns (address account);

    /// @notice The address `createAccount` deploys to.
    function getAddress(bytes[] calldata signers, uint256 salt) external view returns (address account);

    /// @notice The account that all clones run, and to which an address with a key may delegate itself (EIP-7702).
    function implementation() external view returns (address);
}
