// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Where a carrier's claims arrive while the advance pool has the first right to them
/// @notice A carrier that wants advances names its box as payout address in the carrier registry. The pool made the box and
/// alone can take from it. Anyone can pay into it: a plain transfer is an early repayment.
interface IPayoutBox {
    /// @notice Only the pool that made it may take from it.
    error PayoutBox_NotPool(address caller, address pool);

    /// @notice The pool that made it.
    function pool() external view returns (address);

    /// @notice Sends a token out. Only the pool.
    /// @return sent False where the token refuses the receiver: the pool decides what that means.
    function send(IERC20 token, address to, uint256 amount) external returns (bool sent);
}
