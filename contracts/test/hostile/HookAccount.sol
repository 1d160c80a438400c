// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IOddHook} from "./OddToken.sol";

/// @notice A traveller's, carrier's or provider's contract that makes calls of its own in the middle of a transfer, and
/// keeps what came of them. Approves any signature.
contract HookAccount is IOddHook, IERC1271 {
    struct Attempt {
        address target;
        bytes data;
        bool succeeded;
        bytes answer;
    }

    Attempt[] private _attempts;
    bool private _armed;

    function attempt(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data, false, ""));
        _armed = true;
    }

    function execute(address target, bytes calldata data) external returns (bytes memory answer) {
        bool success;
        (success, answer) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    /// @notice Makes all attempts at the first transfer.
    function onOddTransfer() external {
        if (!_armed) return;
        _armed = false;
        for (uint256 i = 0; i < _attempts.length; ++i) {
            Attempt storage a = _attempts[i];
            (a.succeeded, a.answer) = a.target.call(a.data);
        }
    }

    function attemptAt(uint256 place) external view returns (Attempt memory) {
        return _attempts[place];
    }

    function count() external view returns (uint256) {
        return _attempts.length;
    }

    /// @notice Whether the attempts were made.
    function wasCalled() external view returns (bool) {
        return !_armed && _attempts.length != 0;
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}
