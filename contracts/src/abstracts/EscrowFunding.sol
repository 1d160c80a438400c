// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC3009} from "../interfaces/IERC3009.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {Auth3009, Auth3009Bytes, BookRecord, IntentRecord, IntentState, IntentTerms} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title Money in
abstract contract EscrowFunding is IIntentEscrow, EscrowBase {
    using SafeERC20 for IERC20;
    using Records for IntentRecord;
    using Records for BookRecord;

    /// @dev Flags that have a meaning: CARRIER_METERED.
    uint32 private constant KNOWN_FLAGS = 1;

    /// @inheritdoc IIntentEscrow
    function createIntent(IntentTerms calldata terms) external nonReentrant returns (bytes32 intentId) {
        _requirePayer(terms.payer);
        intentId = _create(terms);
        IntentRecord memory intent;
        intent.state = IntentState.Created;
        _intents[intentId] = intent.pack();
    }

    /// @inheritdoc IIntentEscrow
    function fundIntent(IntentTerms calldata terms, uint64 amount) external nonReentrant {
        _requirePayer(terms.payer);
        bytes32 intentId = Structs712.hash(terms);
        IntentRecord memory intent = _intent(intentId);
        if (intent.state == IntentState.Open) {
            if (block.timestamp >= terms.deadline) revert IntentEscrow_Expired(block.timestamp, terms.deadline);
            uint32 frozenFrom = _settlement.frozenFrom(intent.book);
            if (frozenFrom != 0) revert IntentEscrow_BookFrozen(intent.book, frozenFrom);
            BookRecord memory book = _book(intent.book);
            book.ceiling += amount;
            _books[intent.book] = book.pack();
        } else {
            if (intent.state != IntentState.Created && intent.state != IntentState.Held) {
                revert IntentEscrow_WrongState(intentId, intent.state, IntentState.Held);
            }
            if (block.timestamp > terms.provisionBy) {
                revert IntentEscrow_Expired(block.timestamp, terms.provisionBy);
            }
            intent.state = IntentState.Held;
        }
        _credit(intentId, intent, terms, amount);
        _usdc.safeTransferFrom(terms.payer, address(this), amount);
    }

    /// @inheritdoc IIntentEscrow
    function createAndFund(IntentTerms calldata terms, uint64 amount, Auth3009 calldata authorization)
        external
        nonReentrant
        returns (bytes32 intentId)
    {
        intentId = _createHeld(terms, amount);
        IERC3009(address(_usdc))
            .receiveWithAuthorization(
                terms.payer,
                address(this),
                amount,
                authorization.validAfter,
                authorization.validBefore,
                intentId,
                authorization.v,
                authorization.r,
                authorization.s
            );
    }

    /// @inheritdoc IIntentEscrow
    function createAndFund(IntentTerms calldata terms, uint64 amount, Auth3009Bytes calldata authorization)
        external
        nonReentrant
        returns (bytes32 intentId)
    {
        intentId = _createHeld(terms, amount);
        IERC3009(address(_usdc))
            .receiveWithAuthorization(
                terms.payer,
                address(this),
                amount,
                authorization.validAfter,
                authorization.validBefore,
                intentId,
                authorization.signature
            );
    }

    /// @inheritdoc IIntentEscrow
    function createFromBalance(IntentTerms calldata terms, uint64 amount)
        external
        nonReentrant
        returns (bytes32 intentId)
    {
        _requirePayer(terms.payer);
        uint64 balance = _balances[terms.payer];
        if (balance < amount) revert IntentEscrow_InsufficientBalance(balance, amount);
        balance -= amount;
        _balances[terms.payer] = balance;
        emit BalanceSpent(terms.payer, amount, balance);
        intentId = _createHeld(terms, amount);
    }

    function _createHeld(IntentTerms calldata terms, uint64 amount) private returns (bytes32 intentId) {
        intentId = _create(terms);
        IntentRecord memory intent;
        intent.state = IntentState.Held;
        _credit(intentId, intent, terms, amount);
    }

    /// @dev Checks the terms and that the id is new: a closed intent's slot is never deleted, so an id lives once.
    function _create(IntentTerms calldata terms) private returns (bytes32 intentId) {
        if (terms.payer == address(0)) revert IntentEscrow_InvalidTerms("payer");
        if (terms.provisionBy <= block.timestamp) revert IntentEscrow_InvalidTerms("provisionBy");
        if (terms.deadline <= terms.provisionBy) revert IntentEscrow_InvalidTerms("deadline");
        if (terms.maxDeposit == 0 || terms.maxDeposit > _depositLimit) revert IntentEscrow_InvalidTerms("maxDeposit");
        if (terms.activationFee > terms.maxDeposit) revert IntentEscrow_InvalidTerms("activationFee");
        if (terms.flags & ~KNOWN_FLAGS != 0) revert IntentEscrow_InvalidTerms("flags");
        intentId = Structs712.hash(terms);
        IntentState state = _intent(intentId).state;
        if (state != IntentState.None) revert IntentEscrow_WrongState(intentId, state, IntentState.None);
        emit IntentCreated(intentId, terms.payer, terms.booksHash, terms.planCommit, terms.provisionBy, terms.deadline);
    }

    function _credit(bytes32 intentId, IntentRecord memory intent, IntentTerms calldata terms, uint64 amount) private {
        if (amount == 0) revert IntentEscrow_ZeroAmount();
        uint256 funded = uint256(intent.funded) + amount;
        if (funded > terms.maxDeposit) revert IntentEscrow_DepositExceeded(funded, terms.maxDeposit);
        if (!_complies(terms.payer, OPERATION_FUND, false)) revert IntentEscrow_Refused(terms.payer, OPERATION_FUND);
        intent.funded = uint64(funded);
        _intents[intentId] = intent.pack();
        emit IntentFunded(intentId, terms.payer, amount, intent.funded);
    }
}
