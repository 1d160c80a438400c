// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IntentEscrow} from "../../src/IntentEscrow.sol";
import {Settlement} from "../../src/Settlement.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {BookRecord, IntentState} from "../../src/interfaces/DataTypes.sol";
import {Bazaar} from "./Bazaar.sol";
import {Endings} from "./Endings.sol";
import {Rogues} from "./Rogues.sol";

/// @notice See README.md: what must hold after every action.
contract InvariantsTest is Test {
    Endings private _bazaar;
    IntentEscrow private _escrow;
    Settlement private _settlement;
    TestUSDC private _usdc;

    function setUp() public {
        _bazaar = new Endings();
        (address escrow, address settlement, address usdc) = _bazaar.parties();
        (_escrow, _settlement, _usdc) = (IntentEscrow(escrow), Settlement(settlement), TestUSDC(usdc));
        targetContract(address(_bazaar));
        // What leads somewhere comes more often.
        bytes4[48] memory actions = [
            Bazaar.buy.selector,
            Bazaar.buy.selector,
            Bazaar.activate.selector,
            Bazaar.topUp.selector,
            Bazaar.takeBack.selector,
            Bazaar.spend.selector,
            Bazaar.spend.selector,
            Bazaar.finish.selector,
            Bazaar.finish.selector,
            Bazaar.finish.selector,
            Bazaar.build.selector,
            Bazaar.build.selector,
            Bazaar.post.selector,
            Bazaar.post.selector,
            Bazaar.post.selector,
            Rogues.waitWatched.selector,
            Rogues.waitWatched.selector,
            Rogues.postWrong.selector,
            Rogues.watch.selector,
            Rogues.demandForNothing.selector,
            Rogues.look.selector,
            Bazaar.claim.selector,
            Bazaar.claim.selector,
            Bazaar.redeem.selector,
            Bazaar.closeFinal.selector,
            Bazaar.closeFinal.selector,
            Bazaar.closeFinal.selector,
            Bazaar.closeFinal.selector,
            Bazaar.closeTogether.selector,
            Bazaar.askToLeave.selector,
            Bazaar.contradict.selector,
            Bazaar.stayAfterAll.selector,
            Bazaar.leave.selector,
            Bazaar.leave.selector,
            Bazaar.trim.selector,
            Bazaar.withdraw.selector,
            Endings.confirm.selector,
            Endings.confirm.selector,
            Endings.confirm.selector,
            Endings.confirm.selector,
            Endings.carryOver.selector,
            Endings.carryOver.selector,
            Endings.carryOver.selector,
            Endings.carryOver.selector,
            Endings.buyFromBalance.selector,
            Endings.buyFromBalance.selector,
            Endings.closeBoth.selector,
            Endings.pause.selector
        ];
        bytes4[] memory selectors = new bytes4[](actions.length);
        for (uint256 i = 0; i < actions.length; ++i) {
            selectors[i] = actions[i];
        }
        targetSelector(FuzzSelector(address(_bazaar), selectors));
    }

    /// @dev 8, after every run: whatever was done, with all operators gone everybody is out.
    function afterInvariant() external {
        _bazaar.pauseAll();
        assertTrue(_bazaar.everyoneLeaves(), "8: somebody is locked in");
    }

    function invariant_Money() external view {
        uint256 held;
        uint256[3] memory freed;
        uint64[3] memory exits;
        uint256[3] memory owed;
        uint256 count = _bazaar.count();
        for (uint256 i = 0; i < count; ++i) {
            Bazaar.Look memory p = _bazaar.lookAt(i);
            if (p.intent.state == IntentState.Held) held += p.intent.funded;
            exits[p.intent.book] += p.hold;
            freed[p.intent.book] += p.excess;
            _checkIntent(p);
            bool active = p.intent.state == IntentState.Open || p.intent.state == IntentState.Exiting;
            if (p.honest && active) owed[p.intent.book] += _floorOf(p);
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
            uint256 forAll = uint256(b.ceiling) - b.claimed + freed[book];
            assertGe(forAll, owed[book], "4: an honest traveller's money is gone");
            inBooks += uint256(b.ceiling) + b.hold - b.claimed + _escrow.feesOf(book);
        }
        assertFalse(_bazaar.fell(), "5: what only rises fell");
        (uint256 bonds, uint256 owedBonds) = _bazaar.bonds();
        assertEq(bonds, owedBonds, "1: bonds");
        (uint256 out, uint256 balances) = _bazaar.received();
        assertEq(_usdc.balanceOf(address(_escrow)), held + inBooks + balances, "1: solvency");
        assertEq(
            out + _bazaar.sentToTravellers() + _usdc.balanceOf(address(_escrow)),
            _bazaar.takenFromTravellers(),
            "6: what left"
        );
    }

    function _checkIntent(Bazaar.Look memory p) private pure {
        if (p.intent.state != IntentState.Closed) {
            assertEq(p.refunded, 0, "3: money came back before the close");
            return;
        }
        uint64 charged = p.intent.activatedAt == 0 ? 0 : p.intent.settled;
        assertEq(p.refunded + charged, p.intent.funded, "3: charged and refunded are not the deposit");
    }

    /// @dev What an honest traveller must be able to get, whatever others do; what the own exit holds is safe already.
    function _floorOf(Bazaar.Look memory p) private pure returns (uint256) {
        uint64 most = p.spent > p.leaf ? p.spent : p.leaf;
        if (p.intent.settled > most) most = p.intent.settled;
        return most + p.hold < p.intent.funded ? p.intent.funded - most - p.hold : 0;
    }
}
