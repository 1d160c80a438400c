// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestUSDC} from "../../src/TestUSDC.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @dev An account with code that accepts the digests it was told.
contract Wallet is IERC1271 {
    mapping(bytes32 digest => bool) public approved;

    function approve(bytes32 digest) external {
        approved[digest] = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return approved[digest] ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

// forge-lint: disable-start(erc20-unchecked-transfer) what is asked here is whether it reverts
contract TestUSDCTest is Test {
    TestUSDC internal usdc;
    address internal alice;
    uint256 internal aliceKey;
    address internal bob = makeAddr("bob");
    bytes32 internal constant NONCE = keccak256("nonce");

    function setUp() public {
        vm.warp(1_800_000_000);
        usdc = new TestUSDC(address(this));
        (alice, aliceKey) = makeAddrAndKey("alice");
        usdc.mint(alice, 100e6);
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
    }

    function _authorization(bytes32 typeHash, address from) internal view returns (bytes32) {
        return
            _digest(keccak256(abi.encode(typeHash, from, bob, 40e6, block.timestamp - 1, block.timestamp + 1, NONCE)));
    }

    function _sign(bytes32 digest) internal view returns (uint8 v, bytes32 r, bytes32 s) {
        return vm.sign(aliceKey, digest);
    }

    modifier givenBobIsBlocked() {
        usdc.blacklist(bob);
        _;
    }

    modifier givenPaused() {
        usdc.pause();
        _;
    }

    function test_Usdc_Mint_RevertWhen_NotMinter() public {
        vm.expectRevert("FiatToken: caller is not a minter");
        vm.prank(alice);
        usdc.mint(alice, 1);
    }

    function test_Usdc_Mint_RevertWhen_Invalid() public givenBobIsBlocked {
        vm.expectRevert("FiatToken: mint to the zero address");
        usdc.mint(address(0), 1);
        vm.expectRevert("FiatToken: mint amount not greater than 0");
        usdc.mint(alice, 0);
        vm.expectRevert("Blacklistable: account is blacklisted");
        usdc.mint(bob, 1);
    }

    function test_Usdc_Mint_RevertWhen_TheBalanceReachesTheBlockingBit() public {
        uint256 most = type(uint256).max >> 1;
        usdc.mint(bob, most);
        vm.expectRevert("FiatTokenV2_2: Balance exceeds (2^255 - 1)");
        usdc.mint(bob, 1);
        assertEq(usdc.balanceOf(bob), most);
        assertFalse(usdc.isBlacklisted(bob));
    }

    function test_Usdc_Transfer_RevertWhen_FromTheZeroAddress() public {
        vm.startPrank(address(0));
        vm.expectRevert("ERC20: transfer from the zero address");
        usdc.transfer(bob, 0);
        vm.expectRevert("ERC20: approve from the zero address");
        usdc.approve(bob, 1);
        vm.stopPrank();
    }

    function test_Usdc_Mint_NeverOffALocalChain() public {
        vm.chainId(8453);
        vm.expectRevert(abi.encodeWithSelector(TestUSDC.TestUSDC_NotLocalChain.selector, 8453));
        new TestUSDC(address(this));
    }

    function test_Usdc_Mint_Adds() public {
        vm.expectEmit(address(usdc));
        emit IERC20.Transfer(address(0), bob, 5e6);
        usdc.mint(bob, 5e6);
        assertEq(usdc.balanceOf(bob), 5e6);
        assertEq(usdc.totalSupply(), 105e6);
        assertEq(usdc.decimals(), 6);
    }

    function test_Usdc_Blacklist_RevertWhen_NotMinter() public {
        vm.startPrank(alice);
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.blacklist(bob);
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.unBlacklist(bob);
    }

    function test_Usdc_Blacklist_Stops() public {
        usdc.mint(bob, 7e6);
        usdc.blacklist(bob);
        assertTrue(usdc.isBlacklisted(bob));
        assertEq(usdc.balanceOf(bob), 7e6);
        vm.expectRevert("Blacklistable: account is blacklisted");
        vm.prank(alice);
        usdc.transfer(bob, 1);
        vm.expectRevert("Blacklistable: account is blacklisted");
        vm.prank(bob);
        usdc.transfer(alice, 1);
    }

    function test_Usdc_UnBlacklist_Frees() public givenBobIsBlocked {
        usdc.unBlacklist(bob);
        vm.prank(alice);
        usdc.transfer(bob, 1);
        assertEq(usdc.balanceOf(bob), 1);
    }

    function test_Usdc_Pause_RevertWhen_NotMinter() public {
        vm.startPrank(alice);
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.pause();
        vm.expectRevert("FiatToken: caller is not a minter");
        usdc.unpause();
    }

    function test_Usdc_Pause_StopsEverything() public givenPaused {
        vm.startPrank(alice);
        vm.expectRevert("Pausable: paused");
        usdc.transfer(bob, 1);
        vm.expectRevert("Pausable: paused");
        usdc.transferFrom(alice, bob, 1);
        vm.expectRevert("Pausable: paused");
        usdc.approve(bob, 1);
    }

    function test_Usdc_Unpause_GoesOn() public givenPaused {
        usdc.unpause();
        vm.prank(alice);
        assertTrue(usdc.transfer(bob, 1));
    }

    function test_Usdc_Transfer_RevertWhen_Invalid() public {
        vm.startPrank(alice);
        vm.expectRevert("ERC20: transfer amount exceeds balance");
        usdc.transfer(bob, 100e6 + 1);
        vm.expectRevert("ERC20: transfer to the zero address");
        usdc.transfer(address(0), 1);
    }

    function testFuzz_Usdc_Transfer_Moves(uint256 amount) public {
        amount = bound(amount, 0, 100e6);
        vm.startPrank(alice);
        usdc.transfer(alice, amount);
        assertEq(usdc.balanceOf(alice), 100e6);
        usdc.transfer(bob, amount);
        assertEq(usdc.balanceOf(alice), 100e6 - amount);
        assertEq(usdc.balanceOf(bob), amount);
    }

    function test_Usdc_TransferFrom_RevertWhen_NotAllowed() public {
        vm.expectRevert("ERC20: transfer amount exceeds allowance");
        usdc.transferFrom(alice, bob, 1);
    }

    function test_Usdc_TransferFrom_Spends() public {
        vm.prank(alice);
        usdc.approve(address(this), 10e6);
        usdc.transferFrom(alice, bob, 4e6);
        assertEq(usdc.allowance(alice, address(this)), 6e6);
        assertEq(usdc.balanceOf(bob), 4e6);
    }

    function test_Usdc_Approve_RevertWhen_Invalid() public givenBobIsBlocked {
        vm.startPrank(alice);
        vm.expectRevert("Blacklistable: account is blacklisted");
        usdc.approve(bob, 1);
        vm.expectRevert("ERC20: approve to the zero address");
        usdc.approve(address(0), 1);
    }

    function test_Usdc_Approve_Replaces() public {
        vm.startPrank(alice);
        usdc.approve(bob, 1);
        usdc.approve(bob, 9);
        assertEq(usdc.allowance(alice, bob), 9);
    }

    function _permitDigest(address owner, uint256 deadline) internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(usdc.PERMIT_TYPEHASH(), owner, bob, 9e6, usdc.nonces(owner), deadline)));
    }

    function test_Usdc_Permit_RevertWhen_Expired() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_permitDigest(alice, block.timestamp - 1));
        vm.expectRevert("FiatTokenV2: permit is expired");
        usdc.permit(alice, bob, 9e6, block.timestamp - 1, v, r, s);
    }

    function test_Usdc_Permit_RevertWhen_WrongSignature() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_permitDigest(alice, block.timestamp));
        vm.expectRevert("EIP2612: invalid signature");
        usdc.permit(alice, bob, 8e6, block.timestamp, v, r, s);
        usdc.permit(alice, bob, 9e6, block.timestamp, v, r, s);
        vm.expectRevert("EIP2612: invalid signature");
        usdc.permit(alice, bob, 9e6, block.timestamp, v, r, s);
    }

    function test_Usdc_Permit_ByAnAddress() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_permitDigest(alice, type(uint256).max));
        usdc.permit(alice, bob, 9e6, type(uint256).max, v, r, s);
        assertEq(usdc.allowance(alice, bob), 9e6);
        assertEq(usdc.nonces(alice), 1);
    }

    function test_Usdc_Permit_ByAContract() public {
        Wallet wallet = new Wallet();
        wallet.approve(_permitDigest(address(wallet), block.timestamp));
        usdc.permit(address(wallet), bob, 9e6, block.timestamp, "any");
        assertEq(usdc.allowance(address(wallet), bob), 9e6);
    }

    function test_Usdc_TransferWithAuthorization_RevertWhen_OutsideItsTime() public {
        uint256 now_ = block.timestamp;
        vm.expectRevert("FiatTokenV2: authorization is not yet valid");
        usdc.transferWithAuthorization(alice, bob, 40e6, now_, now_ + 1, NONCE, "");
        vm.expectRevert("FiatTokenV2: authorization is expired");
        usdc.transferWithAuthorization(alice, bob, 40e6, now_ - 1, now_, NONCE, "");
    }

    function test_Usdc_TransferWithAuthorization_RevertWhen_WrongSignature() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_authorization(usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), alice));
        uint256 now_ = block.timestamp;
        vm.expectRevert("FiatTokenV2: invalid signature");
        usdc.transferWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, v, r, s);
    }

    function test_Usdc_TransferWithAuthorization_Once() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_authorization(usdc.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), alice));
        uint256 now_ = block.timestamp;
        usdc.transferWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, v, r, s);
        assertEq(usdc.balanceOf(bob), 40e6);
        assertTrue(usdc.authorizationState(alice, NONCE));
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        usdc.transferWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, v, r, s);
    }

    function test_Usdc_TransferWithAuthorization_ByAContract() public {
        Wallet wallet = new Wallet();
        usdc.mint(address(wallet), 50e6);
        wallet.approve(_authorization(usdc.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(), address(wallet)));
        uint256 now_ = block.timestamp;
        usdc.transferWithAuthorization(address(wallet), bob, 40e6, now_ - 1, now_ + 1, NONCE, "any");
        assertEq(usdc.balanceOf(bob), 40e6);
    }

    function test_Usdc_ReceiveWithAuthorization_RevertWhen_NotPayee() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_authorization(usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), alice));
        uint256 now_ = block.timestamp;
        vm.expectRevert("FiatTokenV2: caller must be the payee");
        usdc.receiveWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, v, r, s);
    }

    function test_Usdc_ReceiveWithAuthorization_Receives() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_authorization(usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), alice));
        uint256 now_ = block.timestamp;
        vm.prank(bob);
        usdc.receiveWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, v, r, s);
        assertEq(usdc.balanceOf(bob), 40e6);
    }

    function test_Usdc_ReceiveWithAuthorization_ByAContract() public {
        Wallet wallet = new Wallet();
        usdc.mint(address(wallet), 50e6);
        wallet.approve(_authorization(usdc.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), address(wallet)));
        uint256 now_ = block.timestamp;
        vm.prank(bob);
        usdc.receiveWithAuthorization(address(wallet), bob, 40e6, now_ - 1, now_ + 1, NONCE, "any");
        assertEq(usdc.balanceOf(bob), 40e6);
    }

    function _cancelDigest() internal view returns (bytes32) {
        return _digest(keccak256(abi.encode(usdc.CANCEL_AUTHORIZATION_TYPEHASH(), alice, NONCE)));
    }

    function test_Usdc_CancelAuthorization_RevertWhen_WrongSignature() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, keccak256("other"));
        vm.expectRevert("FiatTokenV2: invalid signature");
        usdc.cancelAuthorization(alice, NONCE, v, r, s);
    }

    function test_Usdc_CancelAuthorization_Cancels() public {
        (uint8 v, bytes32 r, bytes32 s) = _sign(_cancelDigest());
        usdc.cancelAuthorization(alice, NONCE, v, r, s);
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        usdc.cancelAuthorization(alice, NONCE, v, r, s);
        uint256 now_ = block.timestamp;
        vm.expectRevert("FiatTokenV2: authorization is used or canceled");
        usdc.transferWithAuthorization(alice, bob, 40e6, now_ - 1, now_ + 1, NONCE, "");
    }
}
// forge-lint: disable-end(erc20-unchecked-transfer)
