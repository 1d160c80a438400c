// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentRecord, IntentState, IntentTerms} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title How an intent comes to be, wherever its money comes from
abstract contract EscrowIntake is EscrowBase {
    using Records for IntentRecord;

    /// @dev Flags that have a meaning: CARRIER_METERED.
    uint32 private constant KNOWN_FLAGS = 1;

    function _createHeld(IntentTerms calldata terms, uint64 amount) internal returns (bytes32 intentId) {
        intentId = _create(terms);
        IntentRecord memory intent;
        intent.state = IntentState.Held;
        _credit(intentId, intent, terms, amount);
    }

    /// @dev Checks the terms and that the id is new: a closed intent's slot is never deleted, so an id lives once.
    function _create(IntentTerms calldata terms) internal returns (bytes32 intentId) {
        if (terms.payer == address(0)) revert IntentEscrow_InvalidTerms("payer");
        if (terms.provisionBy <= block.timestamp) revert IntentEscrow_InvalidTerms("provisionBy");
        if (terms.deadline <= terms.provisionBy) revert IntentEscrow_InvalidTerms("deadline");
        if (terms.maxDeposit == 0 || terms.maxDeposit > _depositLimit) revert IntentEscrow_InvalidTerms("maxDeposit");
        if (terms.activationFee > terms.maxDeposit) revert IntentEscrow_InvalidTerms("activationFee");
        if (terms.flags & ~KNOWN_FLAGS != 0) revert IntentEscrow_InvalidTerms("flags");
        // Read so that the compiler refuses dirt: an id has one spelling.
        terms.pricePerGB;
        terms.includedBytes;
        terms.blockBytes;
        terms.unsignedCredit;
        intentId = Structs712.hash(terms);
        if (_intents[intentId] != 0) {
            revert IntentEscrow_WrongState(intentId, _intent(intentId).state, IntentState.None);
        }
        emit IntentCreated(intentId, terms.payer, terms.booksHash, terms.planCommit, terms.provisionBy, terms.deadline);
    }

    function _credit(bytes32 intentId, IntentRecord memory intent, IntentTerms calldata terms, uint64 amount) internal {
        if (amount == 0) revert IntentEscrow_ZeroAmount();
        uint256 funded = uint256(intent.funded) + amount;
        if (funded > terms.maxDeposit) revert IntentEscrow_DepositExceeded(funded, terms.maxDeposit);
        if (!_complies(terms.payer, OPERATION_FUND, false)) revert IntentEscrow_Refused(terms.payer, OPERATION_FUND);
        intent.funded = uint64(funded);
        _intents[intentId] = intent.pack();
        emit IntentFunded(intentId, terms.payer, amount, intent.funded);
    }
}
