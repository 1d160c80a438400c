// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deployment} from "./Deployment.sol";
import {Network} from "./Network.sol";

/// @title Deploys to Base Sepolia
/// @dev As {DeployBase}. No sanctions list, euro feed or uptime feed is published for this chain: none is asked.
contract DeployBaseSepolia is Deployment {
    function _network() internal pure override returns (Network memory) {
        return Network({
            chainId: 84_532,
            usdc: 0x036CbD53842c5426634e7929541eC2318f3dCF7e,
            sanctionsList: address(0),
            etherFeed: 0x4aDC67696bA383F43DD60A9e78F2C97Fbbfc7cb1,
            etherHeartbeat: 1_200,
            euroFeed: address(0),
            euroHeartbeat: 24 hours,
            sequencerFeed: address(0),
            sequencerGrace: 1 hours
        });
    }
}
