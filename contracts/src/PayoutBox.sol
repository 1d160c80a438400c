// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayoutBox} from "./interfaces/IPayoutBox.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title One carrier's mailbox for claims. See {IPayoutBox}.
contract PayoutBox is IPayoutBox {
    using SafeERC20 for IERC20;

    /// @inheritdoc IPayoutBox
    address public immutable pool = msg.sender;

    /// @inheritdoc IPayoutBox
    function send(IERC20 token, address to, uint256 amount) external returns (bool) {
        require(msg.sender == pool, PayoutBox_NotPool(msg.sender, pool));
        return token.trySafeTransfer(to, amount);
    }
}
