// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Signed} from "../libraries/Signed.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {DeviceBinding} from "../interfaces/DataTypes.sol";

/// @title The one EIP-712 domain, and who may speak for a traveller
/// @dev The domain names the escrow whichever contract checks, so that a device signs the same thing for all of them. The
/// separator is cached, and made anew when the chain forks.
abstract contract GesimDomain is IERC5267 {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("GeSIM");
    bytes32 private constant VERSION = keccak256("1");

    address private immutable _verifyingContract;
    uint256 private immutable _cachedChainId;
    bytes32 private immutable _cachedSeparator;

    constructor(address verifyingContract) {
        _verifyingContract = verifyingContract;
        _cachedChainId = block.chainid;
        _cachedSeparator = _buildSeparator(verifyingContract);
    }

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", "GeSIM", "1", block.chainid, _verifyingContract, 0, new uint256[](0));
    }

    function _separator() internal view returns (bytes32) {
        return block.chainid == _cachedChainId ? _cachedSeparator : _buildSeparator(_verifyingContract);
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_separator(), structHash);
    }

    /// @dev Who did not sign, if somebody: 0 nobody (all is well), 1 the payer, 2 the device. An expired pairing is none.
    function _travellerFault(address payer, bytes32 digest, bytes calldata signature, DeviceBinding calldata binding)
        internal
        view
        returns (uint256 fault)
    {
        bytes calldata device = binding.device;
        if (device.length == 0) {
            return Signed.isBy(payer, digest, signature) ? 0 : 1;
        }
        if (binding.validUntil < block.timestamp) return 1;
        bytes32 pairing = _digest(Structs712.hashPairing(payer, device, binding.validUntil));
        if (!Signed.isBy(payer, pairing, binding.payerSignature)) return 1;
        if (device.length == 20) return Signed.isBy(address(bytes20(device)), digest, signature) ? 0 : 2;
        return SignatureChecker.isValidSignatureNow(device, digest, signature) ? 0 : 2;
    }

    function _buildSeparator(address verifyingContract) private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, verifyingContract));
    }
}
