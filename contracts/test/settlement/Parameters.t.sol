// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage} from "../../src/interfaces/IPayOnUsage.sol";
import {ISettlement as Say} from "../../src/interfaces/ISettlement.sol";
import {SettlementParameters} from "../../src/interfaces/DataTypes.sol";
import {Journey} from "../money/Journey.sol";

/// @notice What a settlement is made with cannot be changed, and the three contracts know each other for good.
contract SettlementParametersTest is Journey {
    function _good() private view returns (SettlementParameters memory) {
        return _settlementParameters(address(payOnUsage));
    }

    function _make(bytes memory code, bytes memory refusal) private {
        vm.expectRevert(refusal);
        assembly ("memory-safe") {
            let made := create(0, add(code, 32), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function _refused(SettlementParameters memory bad, bytes32 name) private {
        _make(
            abi.encodePacked(vm.getCode("Settlement.sol"), abi.encode(bad)),
            abi.encodeWithSelector(Say.Settlement_InvalidParameter.selector, name)
        );
    }

    function test_Settlement_RevertWhen_AnAddressIsMissing() external {
        SettlementParameters memory bad = _good();
        bad.payOnUsage = address(0);
        _refused(bad, "payOnUsage");
        bad = _good();
        bad.attestors = treasury;
        _refused(bad, "attestors");
        bad = _good();
        bad.escrow = treasury;
        _refused(bad, "escrow");
    }

    function test_Settlement_RevertWhen_ATimeIsOutOfItsRange() external {
        SettlementParameters memory bad = _good();
        bad.epochSeconds = 0;
        _refused(bad, "epochSeconds");
        uint40[2] memory posting = [uint40(0), EPOCH];
        uint40[2] memory fast = [uint40(0), SLOW + 1];
        for (uint256 i = 0; i < 2; ++i) {
            bad = _good();
            bad.postingSeconds = posting[i];
            _refused(bad, "postingSeconds");
            bad = _good();
            bad.fastSeconds = fast[i];
            _refused(bad, "fastSeconds");
        }
        // Of the six newest epochs two may be running or unposted; the others must reach back to one that is final.
        bad = _good();
        bad.slowSeconds = 4 * EPOCH + 1;
        _refused(bad, "slowSeconds");
    }

    function test_Settlement_RevertWhen_AShareIsOutOfItsRange() external {
        SettlementParameters memory bad = _good();
        bad.quorumBps = 5_000;
        _refused(bad, "quorumBps");
        bad.quorumBps = 10_001;
        _refused(bad, "quorumBps");
        bad = _good();
        bad.fastShareBps = 10_001;
        _refused(bad, "fastShareBps");
    }

    function test_Settlement_RevertWhen_TheEscrowNamesAnother() external {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        _make(
            abi.encodePacked(vm.getCode("Settlement.sol"), abi.encode(_good())),
            abi.encodeWithSelector(Say.Settlement_WrongEscrow.selector, next, address(settlement))
        );
    }

    function test_PayOnUsage_RevertWhen_TheEscrowNamesAnother() external {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        _make(
            abi.encodePacked(vm.getCode("PayOnUsage.sol"), abi.encode(escrow, settlement, attestors)),
            abi.encodeWithSelector(IPayOnUsage.PayOnUsage_WrongEscrow.selector, next, address(payOnUsage))
        );
    }

    function test_Settlement_Parameters_AreThoseGiven() external view {
        assertEq(abi.encode(settlement.parameters()), abi.encode(_good()));
    }
}
