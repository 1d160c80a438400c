// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC3009} from "../interfaces/IERC3009.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {Auth3009, Auth3009Bytes, BookRecord, IntentRecord, IntentState, IntentTerms} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {EscrowIntake} from "./EscrowIntake.sol";

/// @title Money in
abstract contract EscrowFunding is IIntentEscrow, EscrowIntake {
    using SafeERC20 for IERC20;
    using Records for IntentRecord;
    using Records for BookRecord;

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
            BookRecord memory book = _book(intent.book);
            if (book.frozen) revert IntentEscrow_BookFrozen(intent.book);
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
}
