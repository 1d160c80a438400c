// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {IntentTerms, LeafProof} from "../interfaces/DataTypes.sol";
import {EscrowFinalLeaf} from "./EscrowFinalLeaf.sol";

/// @title The ordinary end of an active intent: its FINAL leaf in a final root
abstract contract EscrowFinals is IIntentEscrow, EscrowFinalLeaf {
    /// @inheritdoc IIntentEscrow
    function refundFinal(IntentTerms calldata terms, uint32 epoch, LeafProof calldata leaf, bool toBalance)
        external
        nonReentrant
        returns (uint64 refunded)
    {
        refunded = _endByFinalLeaf(terms, epoch, leaf);
        _giveBack(terms.payer, refunded, toBalance && msg.sender == terms.payer);
    }
}
