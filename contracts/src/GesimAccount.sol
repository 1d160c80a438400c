// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountRecovery} from "./abstracts/AccountRecovery.sol";
import {IGesimAccount} from "./interfaces/IGesimAccount.sol";
import {SignerBytes} from "./libraries/SignerBytes.sol";
import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {ERC7579Utils} from "@openzeppelin/contracts/account/utils/draft-ERC7579Utils.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";

/// @title A traveller's smart account. See {IGesimAccount}.
contract GesimAccount is AccountRecovery, Account, ERC7739, ERC7821, ERC721Holder, ERC1155Holder {
    using ERC7579Utils for bytes;

    /// @notice Mode of `execute` for one call, `to:20 | value:32 | data` (ERC-7579): shorter than a batch of one.
    bytes32 public constant SINGLE_CALL = 0;

    constructor(uint48 recoveryDelay_) EIP712("GesimAccount", "1") AccountRecovery(recoveryDelay_) {}

    /// @inheritdoc IGesimAccount
    function addSigners(bytes[] calldata signers) external onlyEntryPointOrSelf {
        for (uint256 i = 0; i < signers.length; ++i) {
            _addSigner(signers[i]);
        }
    }

    /// @inheritdoc IGesimAccount
    function removeSigners(bytes[] calldata signers) external onlyEntryPointOrSelf {
        for (uint256 i = 0; i < signers.length; ++i) {
            _removeSigner(signers[i]);
        }
    }

    /// @inheritdoc IGesimAccount
    function replaceSigner(bytes calldata oldSigner, bytes calldata newSigner) external onlyEntryPointOrSelf {
        // Added first: a lone signer can be replaced without a moment in which there is none.
        _addSigner(newSigner);
        _removeSigner(oldSigner);
    }

    /// @inheritdoc IGesimAccount
    function setRecoverer(bytes calldata recoverer) external onlyEntryPointOrSelf {
        _setRecoverer(recoverer);
    }

    /// @inheritdoc IGesimAccount
    function cancelRecovery() external onlyEntryPointOrSelf {
        _cancelRecovery();
    }

    /// @inheritdoc ERC7821
    function execute(bytes32 mode, bytes calldata executionData) public payable override {
        if (mode != SINGLE_CALL) return super.execute(mode, executionData);
        require(_erc7821AuthorizedExecutor(msg.sender, mode, executionData), AccountUnauthorized(msg.sender));
        executionData.execSingle(ERC7579Utils.EXECTYPE_DEFAULT);
    }

    /// @inheritdoc IGesimAccount
    function isSigner(bytes calldata signer) external view returns (bool) {
        return _isSigner(SignerBytes.idOf(signer));
    }

    /// @inheritdoc IGesimAccount
    function signerCount() external view returns (uint256) {
        return _signerCount();
    }

    /// @inheritdoc ERC7821
    function supportsExecutionMode(bytes32 mode) public view override returns (bool) {
        return mode == SINGLE_CALL || super.supportsExecutionMode(mode);
    }

    /// @notice EntryPoint v0.8.
    function entryPoint() public pure override returns (IEntryPoint) {
        return ERC4337Utils.ENTRYPOINT_V08;
    }

    function _rawSignatureValidation(bytes32 hash, bytes calldata signature) internal view override returns (bool) {
        return _isSignedByOne(hash, signature);
    }

    function _erc7821AuthorizedExecutor(address caller, bytes32 mode, bytes calldata executionData)
        internal
        view
        override
        returns (bool)
    {
        return caller == address(entryPoint()) || super._erc7821AuthorizedExecutor(caller, mode, executionData);
    }
}
