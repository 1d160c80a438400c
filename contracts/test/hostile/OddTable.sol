// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OddWorld} from "./OddWorld.sol";

/// @notice Tables of calls that would all go through with a usual token, tried one by one from the same state.
abstract contract OddTable is OddWorld {
    struct Act {
        string name;
        address caller;
        address target;
        bytes data;
    }

    Act[] internal takes;
    Act[] internal gives;

    /// @dev That every contract of the scene has the money that its records promise.
    function _assertHolds(string memory when) internal view virtual;

    /// @dev A fingerprint of those records.
    function _print() internal view virtual returns (bytes32);

    function _run(Act memory a) internal returns (bool success, bytes memory answer) {
        vm.prank(a.caller);
        return a.target.call(a.data);
    }

    function _passEach(Act[] storage acts) internal {
        for (uint256 i = 0; i < acts.length; ++i) {
            uint256 state = vm.snapshotState();
            (bool success,) = _run(acts[i]);
            assertTrue(success, acts[i].name);
            _assertHolds(acts[i].name);
            vm.revertToState(state);
        }
    }

    function _refuseEach(Act[] storage acts, bytes memory reason) internal {
        bytes32 before = _print();
        for (uint256 i = 0; i < acts.length; ++i) {
            (bool success, bytes memory answer) = _run(acts[i]);
            assertFalse(success, acts[i].name);
            assertEq(answer, reason, acts[i].name);
            assertEq(_print(), before, acts[i].name);
        }
    }
}
