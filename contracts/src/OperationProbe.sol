// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// A probe makes the calls of a user operation as the EntryPoint does, to targets that it does not know.
// solhint-disable avoid-low-level-calls

import {IOperationProbe} from "./interfaces/IOperationProbe.sol";
import {IAccount, IPaymaster, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @title Measures what a user operation costs, step by step. See {IOperationProbe}.
contract OperationProbe is IOperationProbe {
    /// @inheritdoc IOperationProbe
    function probe(PackedUserOperation calldata operation, bytes32 operationHash, uint256 maxCost)
        external
        returns (Cost memory cost)
    {
        if (operation.initCode.length >= 20) {
            uint256 before = gasleft();
            (bool made, bytes memory answer) = address(bytes20(operation.initCode[:20])).call(operation.initCode[20:]);
            require(made, OperationProbe_Failed(1, answer));
            require(operation.sender.code.length != 0, OperationProbe_Failed(1, ""));
            cost.deployment = before - gasleft();
        }
        cost.validation =
            _measure(2, operation.sender, abi.encodeCall(IAccount.validateUserOp, (operation, operationHash, 0)));
        bytes memory context;
        address paymaster = address(0);
        if (operation.paymasterAndData.length >= 52) {
            paymaster = address(bytes20(operation.paymasterAndData[:20]));
            uint256 before = gasleft();
            (bool valid, bytes memory answer) =
                paymaster.call(abi.encodeCall(IPaymaster.validatePaymasterUserOp, (operation, operationHash, maxCost)));
            require(valid, OperationProbe_Failed(3, answer));
            cost.paymasterValidation = before - gasleft();
            (context,) = abi.decode(answer, (bytes, uint256));
        }
        cost.execution = _measure(4, operation.sender, operation.callData);
        if (context.length != 0) {
            cost.postOp = _measure(
                5,
                paymaster,
                abi.encodeCall(IPaymaster.postOp, (IPaymaster.PostOpMode.opSucceeded, context, maxCost, 1))
            );
        }
    }

    function _measure(uint8 step, address to, bytes memory data) private returns (uint256 used) {
        uint256 before = gasleft();
        (bool passed, bytes memory answer) = to.call(data);
        used = before - gasleft();
        require(passed, OperationProbe_Failed(step, answer));
    }
}
