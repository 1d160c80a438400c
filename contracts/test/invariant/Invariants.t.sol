// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IntentEscrow} from "../../src/IntentEscrow.sol";
import {Settlement} from "../../src/Settlement.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {BookRecord, IntentRecord, IntentState} from "../../src/interfaces/DataTypes.sol";
import {Bazaar} from "./Bazaar.sol";

/// @notice See README.md: what must hold after every action.
/// forge-config: default.invariant.runs = 32
/// forge-config: default.invariant.depth = 128
contract InvariantsTest is Test {
    Bazaar private _bazaar;
    IntentEscrow private _escrow;
    Settlement private _settlement;
    TestUSDC private _usdc;

    function setUp() public {
        _bazaar = new Bazaar();
        (address escrow, address settlement, address usdc) = _bazaar.parties();
        (_escrow, _settlement, _usdc) = (IntentEscrow(escrow), Settlement(settlement), TestUSDC(usdc));
        targetContract(address(_bazaar));
        // What leads somewhere comes more often.
        bytes4[24] memory actions = [
            Bazaar.buy.selector,
            Bazaar.buy.selector,
            Bazaar.activate.selector,
            Bazaar.topUp.selector,
            Bazaar.takeBack.selector,
            Bazaar.spend.selector,
            Bazaar.spend.selector,
            Bazaar.finish.selector,
            Bazaar.build.selector,
            Bazaar.build.selector,
            Bazaar.post.selector,
            Bazaar.post.selector,
            Bazaar.post.selector,
            Bazaar.wait.selector,
            Bazaar.claim.selector,
            Bazaar.claim.selector,
            Bazaar.redeem.selector,
            Bazaar.closeFinal.selector,
            Bazaar.closeTogether.selector,
            Bazaar.askToLeave.selector,
            Bazaar.contradict.selector,
            Bazaar.stayAfterAll.selector,
            Bazaar.leave.selector,
            Bazaar.withdraw.selector
        ];
        bytes4[] memory selectors = new bytes4[](actions.length);
        for (uint256 i = 0; i < actions.length; ++i) {
            selectors[i] = actions[i];
        }
        targetSelector(FuzzSelector(address(_bazaar), selectors));
    }

    function invariant_Money() external view {
        uint256 held;
        uint64[3] memory exits;
        uint256[3] memory owed;
        for (uint256 i = 0; i < _bazaar.count(); ++i) {
            Bazaar.Purchase memory p = _bazaar.purchase(i);
            IntentRecord memory intent = _escrow.intentOf(p.id);
            if (intent.state == IntentState.Held) held += intent.funded;
            exits[intent.book] += _escrow.exitOf(p.id).hold;
            _checkIntent(p, intent);
            bool active = intent.state == IntentState.Open || intent.state == IntentState.Exiting;
            if (p.honest && active) owed[intent.book] += _floorOf(p, intent);
        }
        uint256 inBooks;
        for (uint32 book = 1; book <= 2; ++book) {
            BookRecord memory b = _escrow.bookOf(book);
            assertLe(b.claimed, b.ceiling, "2: a book paid more than it has");
            assertEq(b.hold, exits[book], "2: holds differ from the exits");
            assertEq(
                uint256(b.ceiling) + b.hold + _bazaar.refundedFrom(book),
                _bazaar.fundedIn(book),
                "2: a book's money differs from the ledger"
            );
            uint256 left = uint256(b.ceiling) + b.hold - b.claimed;
            assertGe(left, owed[book], "4: an honest traveller's money is gone");
            inBooks += left + _escrow.feesOf(book);
        }
        (uint256 out, uint256 balances) = _bazaar.received();
        assertEq(_usdc.balanceOf(address(_escrow)), held + inBooks + balances, "1: solvency");
        assertEq(
            out + _bazaar.sentToTravellers() + _usdc.balanceOf(address(_escrow)),
            _bazaar.takenFromTravellers(),
            "6: what left"
        );
    }

    function _checkIntent(Bazaar.Purchase memory p, IntentRecord memory intent) private pure {
        if (intent.state != IntentState.Closed) {
            assertEq(p.refunded, 0, "3: money came back before the close");
            return;
        }
        uint64 charged = intent.activatedAt == 0 ? 0 : intent.settled;
        assertEq(p.refunded + charged, intent.funded, "3: charged and refunded are not the deposit");
    }

    /// @dev What an honest traveller must be able to get, whatever others do.
    function _floorOf(Bazaar.Purchase memory p, IntentRecord memory intent) private pure returns (uint256) {
        uint64 most = p.spent > p.leaf ? p.spent : p.leaf;
        if (intent.settled > most) most = intent.settled;
        return most < intent.funded ? intent.funded - most : 0;
    }
}
