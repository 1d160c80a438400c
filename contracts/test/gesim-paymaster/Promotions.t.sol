// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimPaymaster} from "../../src/interfaces/IGesimPaymaster.sol";
import {Paymasters} from "./Paymasters.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

/// @dev Gas as a gift: so much, for so many, until then.
contract PromotionsTest is Paymasters {
    bytes32 internal constant SPRING = keccak256("spring");
    uint48 internal until;

    function setUp() public override {
        super.setUp();
        until = uint48(block.timestamp + 7 days);
        vm.startPrank(operator);
        paymaster.setPromotion(SPRING, 5e6, 2, until);
        identity.mint(address(account), bytes32(uint256(1)));
        vm.stopPrank();
    }

    function _over(uint32 taken, uint32 limit) internal view returns (bytes memory) {
        return
            abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_PromotionOver.selector, SPRING, taken, limit, until);
    }

    function _entitled(string memory name) internal returns (address traveller) {
        traveller = makeAddr(name);
        vm.prank(operator);
        identity.mint(traveller, bytes32(uint256(2)));
    }

    function test_Paymaster_SetPromotion_RevertWhen_NotOperator() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), paymaster.OPERATOR()
            )
        );
        paymaster.setPromotion(SPRING, 1, 1, 1);
    }

    function test_Paymaster_SetPromotion_Ends() public {
        paymaster.takePromotion(SPRING, address(account));
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.PromotionSet(SPRING, 5e6, 0, until);
        vm.prank(operator);
        paymaster.setPromotion(SPRING, 5e6, 0, until);
        assertEq(paymaster.promotionOf(SPRING).taken, 1);
        address late = _entitled("late");
        vm.expectRevert(_over(1, 0));
        paymaster.takePromotion(SPRING, late);
    }

    function test_Paymaster_TakePromotion_RevertWhen_Over() public {
        skip(7 days + 1);
        vm.expectRevert(_over(0, 2));
        paymaster.takePromotion(SPRING, address(account));
    }

    function test_Paymaster_TakePromotion_RevertWhen_TakenByAll() public {
        paymaster.takePromotion(SPRING, address(account));
        paymaster.takePromotion(SPRING, _entitled("second"));
        address third = _entitled("third");
        vm.expectRevert(_over(2, 2));
        paymaster.takePromotion(SPRING, third);
    }

    function test_Paymaster_TakePromotion_RevertWhen_Twice() public {
        paymaster.takePromotion(SPRING, address(account));
        assertTrue(paymaster.hasTaken(SPRING, address(account)));
        vm.expectRevert(
            abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_PromotionTaken.selector, SPRING, address(account))
        );
        paymaster.takePromotion(SPRING, address(account));
    }

    function test_Paymaster_TakePromotion_RevertWhen_NoIdentity() public {
        address stranger = makeAddr("stranger");
        vm.expectRevert(abi.encodeWithSelector(IGesimPaymaster.GesimPaymaster_NotEntitled.selector, stranger));
        paymaster.takePromotion(SPRING, stranger);
    }

    function test_Paymaster_TakePromotion_PaysForAnOperation() public {
        vm.expectEmit(address(paymaster));
        emit IGesimPaymaster.PromotionTaken(SPRING, address(account), 5e6);
        paymaster.takePromotion(SPRING, address(account));
        _handle(_sponsored(""));
        assertLt(paymaster.purseOf(address(account)).budgetMicros, 5e6);
        assertGt(paymaster.till().revenueMicros, 0);
        skip(7 days);
        paymaster.refreshRate();
        skip(1);
        vm.expectRevert(abi.encodeWithSignature("FailedOp(uint256,string)", 0, "AA32 paymaster expired or not due"));
        this.handleSponsored();
    }

    function handleSponsored() external {
        _handle(_sponsored(""));
    }

    function testFuzz_Paymaster_TakePromotion_AddsToWhatIsAlive(uint64 budget, uint48 ends) public {
        budget = uint64(bound(budget, 0, 100e6));
        vm.prank(operator);
        paymaster.setBudget(address(account), budget, ends);
        paymaster.takePromotion(SPRING, address(account));
        IGesimPaymaster.Purse memory purse = paymaster.purseOf(address(account));
        bool alive = ends >= block.timestamp;
        assertEq(purse.budgetMicros, alive ? budget + 5e6 : 5e6);
        assertEq(purse.budgetValidUntil, ends > until ? ends : until);
    }
}
