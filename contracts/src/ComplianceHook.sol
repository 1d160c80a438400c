// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IComplianceHook, ISanctionsList} from "./interfaces/IComplianceHook.sol";
import {GuardianPause} from "./abstracts/GuardianPause.sol";

/// @title Whether an address may take part in an operation. See {IComplianceHook}.
/// @dev The escrow has no owner and no pause. What it asks anyway before money comes in or goes to a carrier is this hook, so
/// the guardian's pause is here, in the slot that a check reads in any case.
contract ComplianceHook is IComplianceHook, GuardianPause {
    /// @notice May name the list that is asked.
    bytes32 public constant COMPLIANCE_OFFICER = keccak256("COMPLIANCE_OFFICER");

    /// @notice The operation that a silent list does not stop.
    uint8 public constant WITHDRAW = 5;

    /// @dev A list that needs more is treated as one that does not answer: a check must not be able to eat a caller's gas.
    uint256 private constant LIST_GAS = 30_000;

    constructor(address list, address admin, address officer) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(COMPLIANCE_OFFICER, officer);
        _setSanctionsList(list);
    }

    /// @inheritdoc IComplianceHook
    function setSanctionsList(address list) external onlyRole(COMPLIANCE_OFFICER) {
        _setSanctionsList(list);
    }

    /// @inheritdoc IComplianceHook
    function check(address who, uint8 operation) external view returns (bool) {
        Gate storage gate = _gate;
        if (operation == FUND && block.timestamp < gate.fundUntil) return false;
        if (operation == CLAIM && block.timestamp < gate.claimUntil) return false;
        address list = gate.list;
        if (list == address(0)) return true;
        (bool answered, bytes memory answer) =
            list.staticcall{gas: LIST_GAS}(abi.encodeCall(ISanctionsList.isSanctioned, (who)));
        // An address without code answers with nothing. A list that cannot be asked keeps new money out, never in.
        if (!answered || answer.length != 32) return operation == WITHDRAW;
        return bytes32(answer) == 0;
    }

    /// @inheritdoc IComplianceHook
    function sanctionsList() external view returns (address) {
        return _gate.list;
    }

    function _setSanctionsList(address list) private {
        _gate.list = list;
        emit SanctionsListChanged(list);
    }
}
