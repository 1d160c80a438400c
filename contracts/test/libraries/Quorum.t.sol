// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {CodeStore} from "../../src/libraries/CodeStore.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";

/// @notice The library behind calldata, with dirt where a careless caller would leave it.
contract QuorumUser {
    function weigh(address store, bytes32 digest, bytes calldata signatures)
        external
        view
        returns (uint256 signed, uint256 total, bytes32 scratch)
    {
        // Memory beyond the free pointer is not zero in a long call.
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 4096) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
            mstore(0, not(0))
        }
        (signed, total) = Quorum.weigh(store, digest, signatures);
        assembly ("memory-safe") {
            scratch := mload(0x60)
        }
    }
}

contract QuorumTest is Test {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    QuorumUser private _user = new QuorumUser();
    uint256[] private _keys;
    uint256[] private _members;
    address private _store;

    function setUp() external {
        for (uint256 i = 0; i < 32; ++i) {
            uint256 key = uint256(keccak256(abi.encode("member", i)));
            uint256 member = (uint256(uint160(vm.addr(key))) << 96) | ((i + 1) * 1e9);
            uint256 at = _members.length;
            _members.push(member);
            _keys.push(key);
            for (; at > 0 && _members[at - 1] > member; --at) {
                (_members[at], _keys[at]) = (_members[at - 1], _keys[at - 1]);
            }
            (_members[at], _keys[at]) = (member, key);
        }
        _store = CodeStore.write(_members);
    }

    /// @dev Against a sum over the same members, recovered by OpenZeppelin's ECDSA.
    function testFuzz_Quorum_WeighsWhoSigned(bytes32 digest, uint32 subset) external view {
        bytes memory signatures;
        uint256 expected;
        uint256 all;
        for (uint256 i = 0; i < 32; ++i) {
            all += uint96(_members[i]);
            if (subset & (1 << i) == 0) continue;
            (bytes32 r, bytes32 vs) = _compact(_keys[i], digest);
            assertEq(ECDSA.recover(digest, r, vs), address(uint160(_members[i] >> 96)));
            signatures = bytes.concat(signatures, abi.encode(r, vs));
            expected += uint96(_members[i]);
        }
        (uint256 signed, uint256 total, bytes32 zeroSlot) = _user.weigh(_store, digest, signatures);
        assertEq(signed, expected);
        assertEq(total, all);
        assertEq(zeroSlot, 0);
    }

    function testFuzz_Quorum_RefusesAnyFlippedBit(bytes32 digest, uint256 bit) external {
        (bytes32 r, bytes32 vs) = _compact(_keys[7], digest);
        bit = bound(bit, 0, 511);
        if (bit < 256) r ^= bytes32(1 << bit);
        else vs ^= bytes32(1 << (bit - 256));
        vm.expectPartialRevert(Quorum.Quorum_NotInTurn.selector);
        _user.weigh(_store, digest, abi.encode(r, vs));
    }

    /// @dev The other s of a signature recovers the same signer on the precompile, so it must be refused by its size. It
    /// does not fit 255 bits in general; where it does, it is above the half of the order.
    function test_Quorum_RefusesAHighS() external {
        bytes32 digest = keccak256("digest");
        // s = (n + 1) / 2 is the lowest that is refused, n / 2 the highest that is not: both recover somebody.
        bytes32 r = bytes32(uint256(0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798));
        address low = ecrecover(digest, 27, r, bytes32(ORDER / 2));
        address high = ecrecover(digest, 27, r, bytes32(ORDER / 2 + 1));
        uint256[] memory members = new uint256[](2);
        (members[0], members[1]) = (_member(low), _member(high));
        if (members[0] > members[1]) (members[0], members[1]) = (members[1], members[0]);
        address store = CodeStore.write(members);
        (uint256 signed,,) = _user.weigh(store, digest, abi.encode(r, ORDER / 2));
        assertEq(signed, 5);
        vm.expectRevert(abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 0, address(0)));
        _user.weigh(store, digest, abi.encode(r, ORDER / 2 + 1));
    }

    function test_Quorum_RefusesDescendingSigners() external {
        bytes32 digest = keccak256("digest");
        (bytes32 r, bytes32 vs) = _compact(_keys[9], digest);
        (bytes32 r2, bytes32 vs2) = _compact(_keys[3], digest);
        vm.expectRevert(
            abi.encodeWithSelector(Quorum.Quorum_NotInTurn.selector, 1, address(uint160(_members[3] >> 96)))
        );
        _user.weigh(_store, digest, abi.encode(r, vs, r2, vs2));
    }

    function test_Quorum_OfNobodyIsNeverReached() external {
        address store = CodeStore.write(new uint256[](0));
        (uint256 signed, uint256 total,) = _user.weigh(store, 0, "");
        assertEq(signed, 0);
        assertEq(total, 1);
    }

    function _compact(uint256 key, bytes32 digest) private pure returns (bytes32 r, bytes32 vs) {
        (uint8 v, bytes32 rOf, bytes32 s) = vm.sign(key, digest);
        return (rOf, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _member(address who) private pure returns (uint256) {
        return (uint256(uint160(who)) << 96) | 5;
    }
}
