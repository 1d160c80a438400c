// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {EscrowParameters, IntentState, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {IEscrowExits} from "../../src/interfaces/IIntentEscrow.sol";
import {IntentEscrow} from "../../src/IntentEscrow.sol";
import {Journey} from "../money/Journey.sol";

/// @notice What an escrow is made with cannot be changed, so a wrong figure must fail at once.
contract EscrowParametersTest is Journey {
    function _good() private view returns (EscrowParameters memory) {
        return _escrowParameters(address(settlement), address(payOnUsage));
    }

    function _refused(EscrowParameters memory bad, bytes32 name) private {
        bytes memory code = abi.encodePacked(vm.getCode("IntentEscrow.sol"), abi.encode(bad));
        vm.expectRevert(abi.encodeWithSelector(IIntentEscrowEvents.IntentEscrow_InvalidParameter.selector, name));
        assembly ("memory-safe") {
            let made := create(0, add(code, 32), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function test_Escrow_RevertWhen_AnAddressIsMissing() external {
        EscrowParameters memory bad = _good();
        // The token and the registry are called: an address without code is none.
        bad.usdc = treasury;
        _refused(bad, "usdc");
        bad = _good();
        bad.carriers = treasury;
        _refused(bad, "carriers");
        bad = _good();
        bad.settlement = address(0);
        _refused(bad, "settlement");
        bad = _good();
        bad.payOnUsage = address(0);
        _refused(bad, "payOnUsage");
        bad = _good();
        bad.treasury = address(0);
        _refused(bad, "treasury");
    }

    function test_Escrow_RevertWhen_AFigureIsOutOfItsRange() external {
        EscrowParameters memory bad = _good();
        bad.feeBps = 301;
        _refused(bad, "feeBps");
        bad = _good();
        bad.depositLimit = 0;
        _refused(bad, "depositLimit");
        bad = _good();
        bad.exitSeconds = 0;
        _refused(bad, "exitSeconds");
        bad = _good();
        bad.outflowSeconds = 0;
        _refused(bad, "outflowSeconds");
        bad = _good();
        bad.outflowBps = 10_001;
        _refused(bad, "outflowBps");
        bad = _good();
        bad.outflowFloor = LIMIT - 1;
        _refused(bad, "outflowFloor");
    }

    function test_Escrow_Parameters_AreThoseGivenAtTheEdgesOfTheirRanges() external {
        EscrowParameters memory edge = _good();
        (edge.feeBps, edge.outflowBps, edge.exitSeconds, edge.outflowSeconds) = (300, 10_000, 1, 1);
        (edge.depositLimit, edge.outflowFloor) = (1, 1);
        IntentEscrow made = IntentEscrow(deployCode("IntentEscrow.sol", abi.encode(edge)));
        assertEq(abi.encode(made.parameters()), abi.encode(edge));
    }

    function test_Escrow_ChargeOf_IsFeeAndStartedUnitsUpToTheDeposit() external view {
        IntentTerms memory terms = _terms(alice);
        assertEq(escrow.chargeOf(terms, 0, 50e6), 1e6);
        assertEq(escrow.chargeOf(terms, 1e9, 50e6), 1e6 + 5e6);
        assertEq(escrow.chargeOf(terms, 1e12, 50e6), 50e6);
    }

    function test_Exits_RevertWhen_CalledDirectly() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 20e6);
        // The first contract that the escrow made: the code it runs by delegatecall.
        IEscrowExits exits = IEscrowExits(vm.computeCreateAddress(address(escrow), 1));
        assertGt(address(exits).code.length, 0);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IIntentEscrowEvents.IntentEscrow_WrongState.selector, intentId, IntentState.None, IntentState.Open
            )
        );
        exits.requestExit(terms, 1e6, new LeafProof[](0));
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Held));
    }
}

