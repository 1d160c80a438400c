// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountSigners} from "./AccountSigners.sol";
import {SignerBytes} from "../libraries/SignerBytes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title A way back into an account whose signers are lost
abstract contract AccountRecovery is AccountSigners, EIP712 {
    bytes32 private constant RECOVERY = keccak256("Recovery(bytes newSigner,uint256 nonce)");

    /// @notice Seconds in which a signer can cancel.
    uint48 public immutable recoveryDelay;

    constructor(uint48 recoveryDelay_) {
        recoveryDelay = recoveryDelay_;
    }

    function requestRecovery(bytes calldata newSigner, bytes calldata recoverer, bytes calldata signature) external {
        _requireNoRecovery();
        SignerBytes.requireSafe(newSigner, address(this));
        Store storage store = _store();
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(RECOVERY, keccak256(newSigner), store.change.recoveryNonce)));
        require(
            isRecoverer(recoverer) && SignatureChecker.isValidSignatureNow(recoverer, digest, signature),
            GesimAccount_NotRecoverer(recoverer)
        );
        uint48 dueAt = uint48(block.timestamp) + recoveryDelay;
        ++store.change.recoveryNonce;
        store.change.recoveryDueAt = dueAt;
        store.recoveryTo = SignerBytes.idOf(newSigner);
        emit RecoveryRequested(newSigner, dueAt);
    }

    function finishRecovery(bytes calldata newSigner) external {
        Store storage store = _store();
        uint48 dueAt = store.change.recoveryDueAt;
        require(
            dueAt != 0 && dueAt <= block.timestamp && store.recoveryTo == SignerBytes.idOf(newSigner),
            GesimAccount_RecoveryNotDue(newSigner, dueAt)
        );
        // Signers of earlier generations are no longer looked at: they need not be found to be removed.
        uint32 generation = ++store.change.generation;
        store.change.firstRemoved = 0;
        store.change.added = 0;
        store.change.recoveryDueAt = 0;
        delete store.recoveryTo;
        // The key of a delegated address is a signer in every generation.
        if (!_isSigner(SignerBytes.idOf(newSigner))) _addSigner(newSigner);
        emit Recovered(newSigner, generation);
    }

    function isRecoverer(bytes calldata recoverer) public view returns (bool) {
        return recoverer.length != 0 && _store().recovererId == SignerBytes.idOf(recoverer);
    }

    function recoveryNonce() external view returns (uint256) {
        return _store().change.recoveryNonce;
    }

    function recoveryDueAt() external view returns (uint48) {
        return _store().change.recoveryDueAt;
    }

    function _setRecoverer(bytes calldata recoverer) internal {
        _requireNoRecovery();
        if (recoverer.length != 0) SignerBytes.requireSafe(recoverer, address(this));
        _store().recovererId = recoverer.length == 0 ? bytes32(0) : SignerBytes.idOf(recoverer);
        emit RecovererSet(recoverer);
    }

    function _cancelRecovery() internal {
        Store storage store = _store();
        require(store.change.recoveryDueAt != 0, GesimAccount_RecoveryNotDue("", 0));
        store.change.recoveryDueAt = 0;
        delete store.recoveryTo;
        emit RecoveryCancelled();
    }

    function _requireNoRecovery() private view {
        uint48 dueAt = _store().change.recoveryDueAt;
        require(dueAt == 0, GesimAccount_RecoveryPending(dueAt));
    }
}
