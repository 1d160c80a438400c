// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEncryptedSettlement} from "./IEncryptedSettlement.sol";

/// @title EXPERIMENTAL: the group bn254 G1 by precompiles 6 and 7 (EIP-196)
library Bn254 {
    /// @notice Order of the group.
    uint256 internal constant ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    /// @notice Order of the field of coordinates.
    uint256 internal constant FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    function generator() internal pure returns (IEncryptedSettlement.Point memory) {
        return IEncryptedSettlement.Point(1, 2);
    }

    /// @notice Reverts for points that are not on the curve.
    function add(IEncryptedSettlement.Point memory p, IEncryptedSettlement.Point memory q)
        internal
        view
        returns (IEncryptedSettlement.Point memory r)
    {
        bool isDone;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, mload(p))
            mstore(add(input, 32), mload(add(p, 32)))
            mstore(add(input, 64), mload(q))
            mstore(add(input, 96), mload(add(q, 32)))
            isDone := staticcall(gas(), 6, input, 128, r, 64)
        }
        if (!isDone) revert IEncryptedSettlement.EncryptedSettlement_BadPoint();
    }

    /// @notice Reverts for points that are not on the curve.
    function mul(IEncryptedSettlement.Point memory p, uint256 scalar)
        internal
        view
        returns (IEncryptedSettlement.Point memory r)
    {
        bool isDone;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore(input, mload(p))
            mstore(add(input, 32), mload(add(p, 32)))
            mstore(add(input, 64), scalar)
            isDone := staticcall(gas(), 7, input, 96, r, 64)
        }
        if (!isDone) revert IEncryptedSettlement.EncryptedSettlement_BadPoint();
    }

    /// @notice p - q
    function sub(IEncryptedSettlement.Point memory p, IEncryptedSettlement.Point memory q)
        internal
        view
        returns (IEncryptedSettlement.Point memory)
    {
        // (0, 0) is its own opposite; other points of this curve never have y = 0.
        return add(p, IEncryptedSettlement.Point(q.x, q.y == 0 ? 0 : FIELD - q.y));
    }

    function isInfinite(IEncryptedSettlement.Point memory p) internal pure returns (bool) {
        return p.x == 0 && p.y == 0;
    }
}
