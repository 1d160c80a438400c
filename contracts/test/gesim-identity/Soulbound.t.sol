// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimIdentity} from "../../src/GesimIdentity.sol";
import {IGesimIdentity} from "../../src/interfaces/IGesimIdentity.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A token stays with its account, and the account is entitled as long as it does.
contract SoulboundTest is Test {
    GesimIdentity internal identity;
    address internal issuer = makeAddr("issuer");
    address internal holder = makeAddr("holder");
    address internal other = makeAddr("other");
    uint256 internal id;

    function setUp() public {
        identity = new GesimIdentity(address(this), issuer);
        id = uint160(holder);
    }

    function _mint() private {
        vm.prank(issuer);
        identity.mint(holder, keccak256("salted"));
    }

    function test_Identity_TransferFrom_RevertWhen_ByTheHolder() public {
        _mint();
        bytes memory soulbound = abi.encodeWithSelector(IGesimIdentity.GesimIdentity_Soulbound.selector, id);
        vm.startPrank(holder);
        vm.expectRevert(soulbound);
        identity.transferFrom(holder, other, id);
        vm.expectRevert(soulbound);
        identity.safeTransferFrom(holder, other, id);
        vm.expectRevert(soulbound);
        identity.safeTransferFrom(holder, other, id, "data");
        assertEq(identity.ownerOf(id), holder);
    }

    function test_Identity_TransferFrom_RevertWhen_ByAnotherOrTheIssuer() public {
        _mint();
        address[2] memory callers = [other, issuer];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, callers[i], id);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            identity.transferFrom(holder, other, id);
            vm.expectRevert(refusal);
            identity.safeTransferFrom(holder, other, id);
            vm.expectRevert(refusal);
            identity.safeTransferFrom(holder, other, id, "data");
            vm.stopPrank();
        }
    }

    function test_Identity_IsEntitled_WhileATokenIsHeld() public {
        assertFalse(identity.isEntitled(holder));
        _mint();
        assertTrue(identity.isEntitled(holder));
        assertFalse(identity.isEntitled(other));
        assertFalse(identity.isEntitled(address(0)));
        vm.prank(holder);
        identity.burn(id);
        assertFalse(identity.isEntitled(holder));
    }

    function test_Identity_IsEntitled_FalseGiven_Revoked() public {
        _mint();
        vm.startPrank(issuer);
        identity.burn(id);
        assertFalse(identity.isEntitled(holder));
        // A pardon lets an account be issued to again; it issues nothing.
        identity.pardon(holder);
        assertFalse(identity.isEntitled(holder));
    }
}
