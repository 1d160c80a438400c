// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimIdentity} from "../../src/GesimIdentity.sol";
import {IGesimIdentity} from "../../src/interfaces/IGesimIdentity.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Test} from "forge-std/Test.sol";

contract GesimIdentityTest is Test {
    GesimIdentity internal identity;
    address internal admin = makeAddr("admin");
    address internal issuer = makeAddr("issuer");
    address internal holder = makeAddr("holder");
    bytes32 internal constant COMMITMENT = keccak256("salted");
    uint256 internal id;

    function setUp() public {
        identity = new GesimIdentity(admin, issuer);
        id = uint160(holder);
    }

    modifier givenAToken() {
        vm.prank(issuer);
        identity.mint(holder, COMMITMENT);
        _;
    }

    function test_Identity_Mint_RevertWhen_NotIssuer() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, holder, identity.ISSUER())
        );
        vm.prank(holder);
        identity.mint(holder, COMMITMENT);
    }

    function test_Identity_Mint_RevertWhen_CommitmentEmpty() public {
        vm.expectRevert(IGesimIdentity.GesimIdentity_EmptyCommitment.selector);
        vm.prank(issuer);
        identity.mint(holder, 0);
    }

    function test_Identity_Mint_RevertGiven_SecondToken() public givenAToken {
        vm.expectRevert(abi.encodeWithSelector(IGesimIdentity.GesimIdentity_AlreadyIssued.selector, holder));
        vm.prank(issuer);
        identity.mint(holder, COMMITMENT);
    }

    function test_Identity_Mint_RevertGiven_Revoked() public givenAToken {
        vm.startPrank(issuer);
        identity.burn(id);
        vm.expectRevert(abi.encodeWithSelector(IGesimIdentity.GesimIdentity_Revoked.selector, holder));
        identity.mint(holder, COMMITMENT);
    }

    function test_Identity_Mint_Issues() public {
        vm.expectEmit(address(identity));
        emit IGesimIdentity.Locked(id);
        vm.expectEmit(address(identity));
        emit IGesimIdentity.Issued(address(0), holder, id, IGesimIdentity.BurnAuth.Both);
        vm.prank(issuer);
        assertEq(identity.mint(holder, COMMITMENT), id);
        assertEq(identity.ownerOf(id), holder);
        assertTrue(identity.isEntitled(holder));
        assertTrue(identity.locked(id));
        assertEq(uint8(identity.burnAuth(id)), uint8(IGesimIdentity.BurnAuth.Both));
        assertEq(identity.commitmentOf(id), COMMITMENT);
    }

    function test_Identity_Mint_ServesTheDidDocument() public givenAToken {
        string memory did = string.concat("did:pkh:eip155:31337:", Strings.toChecksumHexString(holder));
        assertEq(identity.didOf(holder), did);
        bytes memory uri = bytes(identity.tokenURI(id));
        bytes memory prefix = "data:application/did+ld+json;base64,";
        bytes memory encoded = new bytes(uri.length - prefix.length);
        for (uint256 i = 0; i < encoded.length; ++i) {
            encoded[i] = uri[prefix.length + i];
        }
        string memory document = string(Base64.decode(string(encoded)));
        assertEq(vm.parseJsonString(document, ".id"), did);
        assertEq(
            vm.parseJsonString(document, ".verificationMethod[0].blockchainAccountId"),
            string.concat("eip155:31337:", Strings.toChecksumHexString(holder))
        );
    }

    function test_Identity_Mint_AnswersToItsInterfaces() public view {
        assertTrue(identity.supportsInterface(0x80ac58cd));
        assertTrue(identity.supportsInterface(0xb45a3c0e));
        assertTrue(identity.supportsInterface(0x0489b56f));
        assertTrue(identity.supportsInterface(0x7965db0b));
        assertFalse(identity.supportsInterface(0xffffffff));
    }

    function test_Identity_Mint_RevertWhen_Moved() public givenAToken {
        bytes memory soulbound = abi.encodeWithSelector(IGesimIdentity.GesimIdentity_Soulbound.selector, id);
        vm.startPrank(holder);
        vm.expectRevert(soulbound);
        identity.transferFrom(holder, admin, id);
        vm.expectRevert(soulbound);
        identity.safeTransferFrom(holder, admin, id);
        vm.expectRevert(soulbound);
        identity.approve(admin, id);
        vm.expectRevert(soulbound);
        identity.setApprovalForAll(admin, true);
    }

    function test_Identity_Burn_RevertWhen_NoToken() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        vm.prank(holder);
        identity.burn(id);
    }

    function test_Identity_Burn_RevertWhen_Stranger() public givenAToken {
        vm.expectRevert(abi.encodeWithSelector(IGesimIdentity.GesimIdentity_NotBurner.selector, admin, id));
        vm.prank(admin);
        identity.burn(id);
    }

    function test_Identity_Burn_ByHolder() public givenAToken {
        vm.expectEmit(address(identity));
        emit IGesimIdentity.Burned(holder, id, false);
        vm.prank(holder);
        identity.burn(id);
        assertFalse(identity.isEntitled(holder));
        assertFalse(identity.isRevoked(holder));
        vm.prank(issuer);
        identity.mint(holder, COMMITMENT);
        assertTrue(identity.isEntitled(holder));
    }

    function test_Identity_Burn_ByIssuer() public givenAToken {
        vm.expectEmit(address(identity));
        emit IGesimIdentity.Burned(holder, id, true);
        vm.prank(issuer);
        identity.burn(id);
        assertTrue(identity.isRevoked(holder));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id));
        identity.commitmentOf(id);
    }

    function test_Identity_Pardon_RevertWhen_NotIssuer() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, holder, identity.ISSUER())
        );
        vm.prank(holder);
        identity.pardon(holder);
    }

    function test_Identity_Pardon_LiftsARevocation() public givenAToken {
        vm.startPrank(issuer);
        identity.burn(id);
        identity.pardon(holder);
        identity.mint(holder, COMMITMENT);
        assertTrue(identity.isEntitled(holder));
    }

    function testFuzz_Identity_Mint_OnePerAccount(address account, bytes32 commitment) public {
        vm.assume(account != address(0) && commitment != 0);
        vm.prank(issuer);
        assertEq(identity.mint(account, commitment), uint160(account));
        assertEq(identity.balanceOf(account), 1);
    }
}
