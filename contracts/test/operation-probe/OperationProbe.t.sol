// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OperationProbe} from "../../src/OperationProbe.sol";
import {IOperationProbe} from "../../src/interfaces/IOperationProbe.sol";
import {GesimAccountFactory} from "../../src/GesimAccountFactory.sol";
import {Paymasters} from "../gesim-paymaster/Paymasters.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

contract OperationProbeTest is Paymasters {
    function setUp() public override {
        super.setUp();
        // As the bundler does it: the probe's code over the EntryPoint's address.
        vm.etch(ENTRY_POINT, type(OperationProbe).runtimeCode);
    }

    function _undeployed() internal view returns (PackedUserOperation memory operation) {
        bytes[] memory signers = _one(abi.encodePacked(address(0x123456)));
        operation = _operation(factory.getAddress(signers, 0));
        operation.initCode =
            abi.encodePacked(address(factory), abi.encodeCall(GesimAccountFactory.createAccount, (signers, 0)));
        operation.signature = _signed(signerKey, 0);
    }

    function _probe(PackedUserOperation memory operation) internal returns (IOperationProbe.Cost memory) {
        return IOperationProbe(ENTRY_POINT).probe(operation, 0, 1);
    }

    function test_Probe_Probe_Deployment() public {
        IOperationProbe.Cost memory cost = _probe(_undeployed());
        assertGt(cost.deployment, 50_000);
        assertGt(cost.validation, 3_000);
        assertEq(cost.paymasterValidation, 0);
        assertEq(cost.postOp, 0);
    }

    function test_Probe_Probe_EveryStep() public {
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, type(uint48).max);
        PackedUserOperation memory operation = _operation(address(account));
        operation.paymasterAndData =
            abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(0), uint48(0), uint48(9), new bytes(65));
        operation.signature = _signed(1, 0);
        IOperationProbe.Cost memory cost = _probe(operation);
        assertGt(cost.validation, 3_000);
        assertGt(cost.paymasterValidation, 10_000);
        assertGt(cost.postOp, 5_000);
    }

    function test_Probe_Probe_RevertWhen_AStepReverts() public {
        PackedUserOperation memory operation = _undeployed();
        operation.initCode = abi.encodePacked(address(factory), hex"deadbeef");
        vm.expectRevert(abi.encodeWithSelector(IOperationProbe.OperationProbe_Failed.selector, 1, bytes("")));
        _probe(operation);

        operation = _operation(address(account));
        operation.callData = hex"deadbeef";
        operation.signature = _signed(signerKey, 0);
        vm.expectRevert(abi.encodeWithSelector(IOperationProbe.OperationProbe_Failed.selector, 4, bytes("")));
        _probe(operation);

        operation.callData = "";
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(1));
        vm.expectPartialRevert(IOperationProbe.OperationProbe_Failed.selector);
        _probe(operation);
        assertEq(paymaster.purseOf(address(account)).creditMicros, 0);
    }
}
