// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Signed} from "../../src/libraries/Signed.sol";
import {HookAccount} from "./HookAccount.sol";

/// @notice The library behind calldata, with dirt where a careless caller would leave it.
contract SignedUser {
    function isBy(uint256 signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        address who;
        assembly ("memory-safe") {
            // Not cleaned: the bits above an address are whatever they are.
            who := signer
            let free := mload(0x40)
            for { let i := 0 } lt(i, 512) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
            mstore(0, not(0))
        }
        return Signed.isBy(who, digest, signature);
    }

    function checker(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature);
    }

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address, ECDSA.RecoverError) {
        (address recovered, ECDSA.RecoverError error,) = ECDSA.tryRecoverCalldata(digest, signature);
        return (recovered, error);
    }
}

/// @notice `Signed` against OpenZeppelin's ECDSA and SignatureChecker.
contract SignaturesTest is Test {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    SignedUser private _user = new SignedUser();

    function _isBy(address signer, bytes32 digest, bytes memory signature) private view returns (bool) {
        return _user.isBy(uint160(signer), digest, signature);
    }

    function _key(uint256 seed) private pure returns (uint256) {
        return (uint256(keccak256(abi.encode("key", seed))) % (ORDER - 1)) + 1;
    }

    /// @dev Of anything of the right length: whoever OpenZeppelin recovers has signed, and nobody where it recovers none.
    function testFuzz_Signed_AgreesWithECDSA(bytes32 digest, bytes32 r, uint256 s, uint8 v, uint8 kind) external view {
        // Most random words are no point: half of all runs are of the two parities, and a third of low s.
        if (kind & 1 == 0) v = 27 + (v & 1);
        if (kind % 3 == 0) s = s % (ORDER / 2);
        bytes memory signature = abi.encodePacked(r, s, v);
        (address recovered, ECDSA.RecoverError error) = _user.recover(digest, signature);
        if (error != ECDSA.RecoverError.NoError) {
            assertFalse(_isBy(address(0), digest, signature));
            assertFalse(_isBy(recovered, digest, signature));
            return;
        }
        assertTrue(_isBy(recovered, digest, signature));
        assertFalse(_isBy(address(uint160(recovered) ^ 1), digest, signature));
    }

    function testFuzz_Signed_AgreesWithTheChecker(uint256 seed, bytes32 digest, uint256 bit) external view {
        uint256 key = _key(seed);
        address signer = vm.addr(key);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        assertTrue(_isBy(signer, digest, signature));
        assertTrue(_user.checker(signer, digest, signature));
        bit = bit % 520;
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertEq(_isBy(signer, digest, signature), _user.checker(signer, digest, signature));
        assertFalse(_isBy(signer, digest, signature), "a flipped bit");
    }

    function testFuzz_Signed_RefusesTheOtherS(uint256 seed, bytes32 digest) external view {
        uint256 key = _key(seed);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes32 other = bytes32(ORDER - uint256(s));
        // The precompile itself takes it: only its size tells the two apart.
        assertEq(ecrecover(digest, v ^ 7, r, other), vm.addr(key));
        assertFalse(_isBy(vm.addr(key), digest, abi.encodePacked(r, other, v ^ 7)));
        assertFalse(_isBy(vm.addr(key), digest, abi.encodePacked(r, other, v)));
    }

    function testFuzz_Signed_RefusesAnyOtherV(uint256 seed, bytes32 digest, uint8 wrong) external view {
        uint256 key = _key(seed);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        vm.assume(wrong != v);
        assertFalse(_isBy(vm.addr(key), digest, abi.encodePacked(r, s, wrong)));
        assertFalse(_isBy(vm.addr(key), digest, abi.encodePacked(r, s, v - 27)));
        assertFalse(_isBy(vm.addr(key), digest, abi.encodePacked(r, s, uint8(29))));
    }

    function testFuzz_Signed_RefusesAnyOtherLength(uint256 seed, bytes32 digest, bytes calldata more, uint256 length)
        external
        view
    {
        uint256 key = _key(seed);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory signature = abi.encodePacked(r, s, v);
        bytes memory tooShort = new bytes(length % 65);
        for (uint256 i = 0; i < tooShort.length; ++i) {
            tooShort[i] = signature[i];
        }
        assertFalse(_isBy(vm.addr(key), digest, tooShort));
        assertFalse(_isBy(vm.addr(key), digest, bytes.concat(signature, hex"00")));
        assertFalse(_isBy(vm.addr(key), digest, bytes.concat(signature, hex"00", more)));
        // ERC-2098, which OpenZeppelin takes as two words only.
        bytes memory compact = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        assertFalse(_isBy(vm.addr(key), digest, compact));
    }

    function testFuzz_Signed_NothingIsByNobody(bytes32 digest, bytes calldata signature) external view {
        assertFalse(_isBy(address(0), digest, signature));
        assertFalse(_isBy(address(0), digest, new bytes(65)));
        assertFalse(_isBy(address(0), digest, ""));
    }

    /// Precompiles answer to anything, one of them with what it was asked: the answer it should give, were the digest's first
    /// 28 bytes zero.
    function testFuzz_Signed_NothingIsByAPrecompile(bytes32 digest, bytes calldata signature, uint8 which)
        external
        view
    {
        address precompile = address(uint160(bound(which, 1, 17)));
        vm.assume(signature.length < 512 && uint256(digest) >> 32 != 0);
        assertFalse(_isBy(precompile, digest, signature));
        assertFalse(_isBy(precompile, digest, new bytes(65)));
    }

    function testFuzz_Signed_IgnoresBitsAboveAnAddress(uint256 seed, bytes32 digest, uint96 dirt) external view {
        uint256 key = _key(seed);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 signer = (uint256(dirt) << 160) | uint160(vm.addr(key));
        assertTrue(_user.isBy(signer, digest, abi.encodePacked(r, s, v)));
        assertFalse(_user.isBy(uint256(dirt) << 160, digest, new bytes(65)));
    }

    /// Of an account with code its code is asked, for any length.
    function testFuzz_Signed_AsksCodeOfAccounts(bytes32 digest, bytes calldata signature) external {
        vm.assume(signature.length < 1_024);
        address account = deployCode("HookAccount.sol:HookAccount");
        assertTrue(_isBy(account, digest, signature));
        vm.mockCall(account, abi.encodePacked(HookAccount.isValidSignature.selector), abi.encode(bytes4(0xffffffff)));
        assertFalse(_isBy(account, digest, signature));
        // A true answer with dirt behind the four bytes is none.
        vm.mockCall(
            account,
            abi.encodePacked(HookAccount.isValidSignature.selector),
            abi.encode(bytes32(HookAccount.isValidSignature.selector) | bytes32(uint256(1)))
        );
        assertFalse(_isBy(account, digest, signature));
        vm.mockCall(account, abi.encodePacked(HookAccount.isValidSignature.selector), hex"1626ba7e");
        assertFalse(_isBy(account, digest, signature));
        vm.mockCallRevert(account, abi.encodePacked(HookAccount.isValidSignature.selector), "no");
        assertFalse(_isBy(account, digest, signature));
    }
}
