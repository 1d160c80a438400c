// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "../../src/GesimAccount.sol";
import {GesimAccountFactory} from "../../src/GesimAccountFactory.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Test} from "forge-std/Test.sol";

/// @dev Accounts with keys, for tests that sign.
abstract contract Accounts is Test {
    address internal constant ENTRY_POINT = address(ERC4337Utils.ENTRYPOINT_V08);
    uint48 internal constant RECOVERY_DELAY = 2 days;
    GesimAccountFactory internal factory;
    GesimAccount internal account;
    address internal signer;
    uint256 internal signerKey;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        factory = new GesimAccountFactory(RECOVERY_DELAY);
        (signer, signerKey) = makeAddrAndKey("signer");
        account = GesimAccount(payable(factory.createAccount(_one(abi.encodePacked(signer)), 0)));
    }

    function _one(bytes memory value) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = value;
    }

    /// @dev The short form: whoever signed is recovered from it.
    function _signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The long form, for signers of any kind.
    function _signedAs(bytes memory as_, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodePacked(uint16(as_.length), as_, signature);
    }

    function _operation(address sender) internal pure returns (PackedUserOperation memory operation) {
        operation.sender = sender;
        operation.accountGasLimits = bytes32(uint256(200_000) << 128 | 100_000);
        operation.gasFees = bytes32(uint256(1 gwei) << 128 | 2 gwei);
    }
}
