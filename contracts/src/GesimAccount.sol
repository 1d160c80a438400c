// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccount} from "./interfaces/IGesimAccount.sol";
import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {AbstractSigner} from "@openzeppelin/contracts/utils/cryptography/signers/AbstractSigner.sol";
import {MultiSignerERC7913} from "@openzeppelin/contracts/utils/cryptography/signers/MultiSignerERC7913.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";

/// @title A traveller's smart account. See {IGesimAccount}.
contract GesimAccount is
    IGesimAccount,
    Account,
    EIP712,
    MultiSignerERC7913,
    ERC7739,
    ERC7821,
    ERC721Holder,
    ERC1155Holder,
    Initializable
{
    /// @notice The most signers an account may have; keeps listing and removal cheap.
    uint256 public constant MAX_SIGNERS = 16;

    /// @dev Precompiles lie below; the identity precompile (0x04) echoes its input and so would approve any signature.
    uint160 private constant FIRST_SAFE_ADDRESS = 0x10000;

    /// @dev The implementation behind the clones belongs to an address without a known key and is never initialised.
    constructor() EIP712("GesimAccount", "1") MultiSignerERC7913(_nobody(), 1) {
        _disableInitializers();
    }

    /// @inheritdoc IGesimAccount
    function initialize(bytes[] calldata signers) external initializer {
        // Before the threshold: `_setThreshold` requires that it can be reached.
        _addSigners(signers);
        _setThreshold(1);
    }

    /// @inheritdoc IGesimAccount
    function addSigners(bytes[] calldata signers) external onlyEntryPointOrSelf {
        _addSigners(signers);
    }

    /// @inheritdoc IGesimAccount
    function removeSigners(bytes[] calldata signers) external onlyEntryPointOrSelf {
        _removeSigners(signers);
    }

    /// @inheritdoc IGesimAccount
    function replaceSigner(bytes calldata oldSigner, bytes calldata newSigner) external onlyEntryPointOrSelf {
        bytes[] memory one = new bytes[](1);
        // Added first: a lone signer can be replaced without a moment in which there is none.
        one[0] = newSigner;
        _addSigners(one);
        one[0] = oldSigner;
        _removeSigners(one);
    }

    /// @notice EntryPoint v0.8.
    function entryPoint() public pure override returns (IEntryPoint) {
        return ERC4337Utils.ENTRYPOINT_V08;
    }

    function _addSigners(bytes[] memory newSigners) internal override {
        for (uint256 i = 0; i < newSigners.length; ++i) {
            bytes memory signer = newSigners[i];
            // Shorter than an address: the parent refuses it with its own error.
            if (signer.length < 20) continue;
            address first = address(bytes20(signer));
            require(uint160(first) >= FIRST_SAFE_ADDRESS && first != address(this), GesimAccount_UnsafeSigner(signer));
        }
        super._addSigners(newSigners);
        uint256 count = getSignerCount();
        require(count <= MAX_SIGNERS, GesimAccount_TooManySigners(count, MAX_SIGNERS));
    }

    /// @dev With a threshold of one this is the guard of the last signer.
    function _validateReachableThreshold() internal view override {
        require(getSignerCount() != 0, GesimAccount_LastSigner());
    }

    /// @dev One signature is enough and exactly one is accepted: more would cost the sponsor gas and prove nothing.
    function _validateThreshold(bytes[] calldata validatingSigners) internal pure override returns (bool) {
        return validatingSigners.length == 1;
    }

    function _rawSignatureValidation(bytes32 hash, bytes calldata signature)
        internal
        view
        override(AbstractSigner, MultiSignerERC7913)
        returns (bool)
    {
        return MultiSignerERC7913._rawSignatureValidation(hash, signature);
    }

    function _erc7821AuthorizedExecutor(address caller, bytes32 mode, bytes calldata executionData)
        internal
        view
        override
        returns (bool)
    {
        return caller == address(entryPoint()) || super._erc7821AuthorizedExecutor(caller, mode, executionData);
    }

    function _nobody() private pure returns (bytes[] memory signers) {
        signers = new bytes[](1);
        signers[0] = abi.encodePacked(address(type(uint160).max));
    }
}
