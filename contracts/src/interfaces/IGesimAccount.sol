// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A traveller's smart account
/// @notice An ERC-4337 account (EntryPoint v0.8) that any one of its signers controls: the key made in the browser, a
/// passkey, a recovery key. A signer is ERC-7913 bytes: 20 bytes are an address (ECDSA or ERC-1271), more are a verifier's
/// address followed by a key. Calls go through ERC-7821 `execute` in batch mode. Signatures for other contracts
/// (ERC-1271) are bound to this account by ERC-7739, so that one key in two accounts signs for one of them only.
/// @dev Deployed as a clone by {IGesimAccountFactory}; it cannot be upgraded. A signature of any kind is
/// `abi.encode(bytes[] signers, bytes[] signatures)` with one entry each.
interface IGesimAccount {
    /// @notice An account without a signer would be lost.
    error GesimAccount_LastSigner();
    /// @notice More signers than an account may have.
    error GesimAccount_TooManySigners(uint256 signers, uint256 most);
    /// @notice A signer (or the verifier it begins with) that would approve anything or nothing: the zero address, the
    /// account itself or a precompile.
    error GesimAccount_UnsafeSigner(bytes signer);

    /// @notice Sets the first signers. Once, by the factory in the transaction that deploys the clone.
    function initialize(bytes[] calldata signers) external;

    /// @notice Adds signers. Only the account itself, in an operation signed by one of its signers.
    function addSigners(bytes[] calldata signers) external;

    /// @notice Removes signers. Only the account itself. Reverts if none would remain.
    function removeSigners(bytes[] calldata signers) external;

    /// @notice Swaps a signer for another in one step, as after a lost passkey. Only the account itself.
    function replaceSigner(bytes calldata oldSigner, bytes calldata newSigner) external;
}

/// @title The maker of travellers' accounts
/// @notice An account's address follows from its first signers and a salt and is known before anything is deployed. Later
/// changes of signers do not move it.
interface IGesimAccountFactory {
    event AccountCreated(address indexed account, bytes[] signers, uint256 salt);

    /// @notice Deploys the account, or returns it if it is there already. Anyone may call it: the signers are part of the
    /// address.
    function createAccount(bytes[] calldata signers, uint256 salt) external returns (address account);

    /// @notice The address `createAccount` deploys to.
    function getAddress(bytes[] calldata signers, uint256 salt) external view returns (address account);

    /// @notice The account that all clones run.
    function implementation() external view returns (address);
}
