// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccount} from "../../src/interfaces/IGesimAccount.sol";
import {GesimAccount} from "../../src/GesimAccount.sol";
import {Accounts} from "./Accounts.sol";
import {Account as OzAccount} from "@openzeppelin/contracts/account/Account.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @dev A way back when every signer is lost: asked for by the recoverer, delayed, cancelled by any signer.
contract AccountRecoveryTest is Accounts {
    bytes internal first;
    bytes internal fresh;
    bytes internal recoverer;
    uint256 internal freshKey;
    uint256 internal recovererKey;

    function setUp() public override {
        super.setUp();
        address one;
        (one, freshKey) = makeAddrAndKey("fresh");
        fresh = abi.encodePacked(one);
        (one, recovererKey) = makeAddrAndKey("recoverer");
        recoverer = abi.encodePacked(one);
        first = abi.encodePacked(signer);
        vm.prank(address(account));
        account.setRecoverer(recoverer);
    }

    function _asked(GesimAccount for_, bytes memory newSigner, uint256 nonce, uint256 key)
        internal
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("GesimAccount"),
                keccak256("1"),
                block.chainid,
                address(for_)
            )
        );
        bytes32 wish =
            keccak256(abi.encode(keccak256("Recovery(bytes newSigner,uint256 nonce)"), keccak256(newSigner), nonce));
        return _signed(key, keccak256(abi.encodePacked(hex"1901", domain, wish)));
    }

    function _request() internal {
        account.requestRecovery(fresh, recoverer, _asked(account, fresh, account.recoveryNonce(), recovererKey));
    }

    function _validates(uint256 key) internal returns (bool) {
        bytes32 digest = keccak256("operation");
        PackedUserOperation memory operation = _operation(address(account));
        operation.signature = _signed(key, digest);
        vm.prank(ENTRY_POINT);
        return account.validateUserOp(operation, digest, 0) == 0;
    }

    function test_Account_SetRecoverer_RevertWhen_Stranger() public {
        bytes memory denied = abi.encodeWithSelector(OzAccount.AccountUnauthorized.selector, address(this));
        vm.expectRevert(denied);
        account.setRecoverer(fresh);
        vm.expectRevert(denied);
        account.cancelRecovery();
    }

    function test_Account_SetRecoverer_RevertWhen_Unsafe() public {
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_UnsafeSigner.selector, bytes("short")));
        vm.prank(address(account));
        account.setRecoverer("short");
    }

    function test_Account_SetRecoverer_RevertGiven_UnderWay() public {
        _request();
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryPending.selector, account.recoveryDueAt())
        );
        vm.prank(address(account));
        account.setRecoverer("");
    }

    function test_Account_SetRecoverer_Nobody() public {
        vm.prank(address(account));
        account.setRecoverer("");
        assertFalse(account.isRecoverer(recoverer));
        assertFalse(account.isRecoverer(""));
        bytes memory asked = _asked(account, fresh, 0, recovererKey);
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NotRecoverer.selector, recoverer));
        account.requestRecovery(fresh, recoverer, asked);
    }

    function test_Account_SetRecoverer_SignsNothingElse() public {
        assertTrue(account.isRecoverer(recoverer));
        assertFalse(account.isSigner(recoverer));
        assertFalse(_validates(recovererKey));
    }

    function test_Account_RequestRecovery_RevertWhen_NotSigned() public {
        GesimAccount twin = GesimAccount(payable(factory.createAccount(_one(first), 1)));
        vm.prank(address(twin));
        twin.setRecoverer(recoverer);
        bytes[4] memory wrong = [
            _asked(account, fresh, 0, freshKey),
            _asked(account, first, 0, recovererKey),
            _asked(account, fresh, 1, recovererKey),
            _asked(twin, fresh, 0, recovererKey)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NotRecoverer.selector, recoverer));
            account.requestRecovery(fresh, recoverer, wrong[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NotRecoverer.selector, fresh));
        account.requestRecovery(fresh, fresh, wrong[0]);
    }

    function test_Account_RequestRecovery_RevertWhen_Unsafe() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_UnsafeSigner.selector, abi.encodePacked(address(4)))
        );
        account.requestRecovery(abi.encodePacked(address(4)), recoverer, "");
    }

    function test_Account_RequestRecovery_RevertGiven_UnderWay() public {
        _request();
        bytes memory asked = _asked(account, fresh, 1, recovererKey);
        vm.expectRevert(
            abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryPending.selector, account.recoveryDueAt())
        );
        account.requestRecovery(fresh, recoverer, asked);
    }

    function test_Account_RequestRecovery_StartsTheDelay() public {
        vm.expectEmit(address(account));
        emit IGesimAccount.RecoveryRequested(fresh, uint48(block.timestamp) + RECOVERY_DELAY);
        _request();
        assertEq(account.recoveryNonce(), 1);
        assertTrue(account.isSigner(first));
        assertFalse(account.isSigner(fresh));
    }

    function test_Account_CancelRecovery_RevertGiven_None() public {
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryNotDue.selector, "", 0));
        vm.prank(address(account));
        account.cancelRecovery();
    }

    function test_Account_CancelRecovery_ForGood() public {
        bytes memory asked = _asked(account, fresh, 0, recovererKey);
        account.requestRecovery(fresh, recoverer, asked);
        vm.prank(address(account));
        account.cancelRecovery();
        skip(RECOVERY_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryNotDue.selector, fresh, 0));
        account.finishRecovery(fresh);
        // The same signature does not serve twice.
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_NotRecoverer.selector, recoverer));
        account.requestRecovery(fresh, recoverer, asked);
        assertTrue(_validates(signerKey));
    }

    function test_Account_FinishRecovery_RevertWhen_TooEarly() public {
        _request();
        uint48 dueAt = account.recoveryDueAt();
        skip(RECOVERY_DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryNotDue.selector, fresh, dueAt));
        account.finishRecovery(fresh);
    }

    function test_Account_FinishRecovery_RevertWhen_AnotherSigner() public {
        _request();
        uint48 dueAt = account.recoveryDueAt();
        skip(RECOVERY_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryNotDue.selector, recoverer, dueAt));
        account.finishRecovery(recoverer);
    }

    function test_Account_FinishRecovery_ReplacesAll() public {
        (address third, uint256 thirdKey) = makeAddrAndKey("third");
        vm.prank(address(account));
        account.addSigners(_one(abi.encodePacked(third)));
        _request();
        skip(RECOVERY_DELAY);
        vm.expectEmit(address(account));
        emit IGesimAccount.Recovered(fresh, 1);
        vm.prank(makeAddr("anyone"));
        account.finishRecovery(fresh);
        assertEq(account.signerCount(), 1);
        assertTrue(_validates(freshKey));
        assertFalse(_validates(signerKey));
        assertFalse(_validates(thirdKey));
        // A signer from before can be added again, and the guard of the last one still holds.
        vm.startPrank(address(account));
        account.replaceSigner(fresh, first);
        assertEq(account.signerCount(), 1);
        vm.expectRevert(IGesimAccount.GesimAccount_LastSigner.selector);
        account.removeSigners(_one(first));
    }

    function test_Account_FinishRecovery_Twice() public {
        _request();
        skip(RECOVERY_DELAY);
        account.finishRecovery(fresh);
        vm.expectRevert(abi.encodeWithSelector(IGesimAccount.GesimAccount_RecoveryNotDue.selector, fresh, 0));
        account.finishRecovery(fresh);
        _request();
        skip(RECOVERY_DELAY);
        account.finishRecovery(fresh);
        assertTrue(_validates(freshKey));
        assertEq(account.signerCount(), 1);
    }
}
