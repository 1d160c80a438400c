// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AdvanceOffer, Appraisal} from "../../src/interfaces/IReceivables.sol";
import {PoolJourney} from "./PoolJourney.sol";

contract AppraiseTest is PoolJourney {
    function _appraise(AdvanceOffer memory offer) private view returns (Appraisal memory) {
        bytes memory signature = _sign(usageKey, _offerDigest(offer));
        return receivables.appraise(offer, tree.nodeProof(BOOK_A), vm.addr(usageKey), signature);
    }

    function test_Receivables_Appraise_SaysWhoseWhenAndHowMuch() external {
        uint32 epoch = _earn();
        Appraisal memory worth = _appraise(_offer(epoch, 1));
        assertEq(worth.carrierId, CARRIER_A);
        assertEq(worth.finalAt, block.timestamp + SLOW);
        // Nine tenths of 120; half of three stakes of 10,000.
        assertEq(worth.most, 108e6);
        assertEq(worth.cap, 15_000e6);
    }

    function test_Receivables_Appraise_CountsOnlyTheStakeThatSigned() external {
        _earn();
        uint32 epoch = _postNext(2);
        // 6,667 basis points of 30,000, and half of that.
        assertEq(_appraise(_offer(epoch, 1)).cap, 10_000.5e6);
    }

    function test_Receivables_Appraise_LeavesOutWhatWasClaimed() external {
        uint32 epoch = _earn();
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)), 120e6);
        assertEq(_appraise(_offer(epoch, 1)).most, 0);
    }
}
