// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochCommitment} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract LateSignaturesTest is Statements {
    /// @dev Weight that falls short of a quorum opens nothing, however often more is added.
    function test_Attest_BelowAQuorumStartsNothing() external {
        _seatCommittee(5);
        EpochCommitment memory c = _commitment(_nextCutoff());
        _post(c, 1);
        settlement.attest(c, _signatures(c, 2));
        uint16 weight = settlement.epochOf(c.epoch).weight;
        assertGt(weight, 0);
        assertLt(weight, 6_667);
        assertEq(settlement.epochOf(c.epoch).quorumAfter, type(uint32).max);
        skip(SLOW - 1);
        assertFalse(settlement.isFinal(c.epoch, BOOK_A));
        skip(1);
        assertTrue(settlement.isFinal(c.epoch, BOOK_A));
    }
}
