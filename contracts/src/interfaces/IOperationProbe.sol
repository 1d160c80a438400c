// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @title Measures what a user operation costs, step by step
/// @notice Never deployed: a bundler lays this code over the EntryPoint's address in an `eth_call`, so that account and
/// paymaster see the EntryPoint calling, and reads how much gas each step took. Signatures may be stand-ins: only a step
/// that reverts fails.
interface IOperationProbe {
    /// @notice Gas by step.
    struct Cost {
        uint256 deployment;
        uint256 validation;
        uint256 paymasterValidation;
        uint256 execution;
        uint256 postOp;
    }

    /// @notice A step reverted.
    /// @param step 1 deployment, 2 validation, 3 paymaster's validation, 4 execution, 5 the paymaster's `postOp`.
    /// @param reason The revert's data.
    error OperationProbe_Failed(uint8 step, bytes reason);

    /// @notice Runs an operation as the EntryPoint would, without its bookkeeping.
    /// @param maxCost What the paymaster is told the operation costs at most, in wei.
    function probe(PackedUserOperation calldata operation, bytes32 operationHash, uint256 maxCost)
        external
        returns (Cost memory cost);
}
