// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deployment} from "./Deployment.sol";
import {Network} from "./Network.sol";

/// @title Deploys to Base
/// @dev `forge script contracts/script/DeployBase.s.sol --rpc-url … --broadcast`, with the variables of `People` set. Compare
/// the addresses with those that Circle, Chainlink and Chainalysis publish before you do.
contract DeployBase is Deployment {
    function _network() internal pure override returns (Network memory) {
        return Network({
            chainId: 8453,
            usdc: 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913,
            sanctionsList: 0x3A91A31cB3dC49b4db9Ce721F50a9D076c8D739B,
            etherFeed: 0x71041dddad3595F9CEd3DcCFBe3D1F4b0a16Bb70,
            etherHeartbeat: 1_200,
            euroFeed: 0xc91D87E81faB8f93699ECf7Ee9B44D11e1D53F0F,
            euroHeartbeat: 24 hours,
            sequencerFeed: 0xBCF85224fc0756B9Fa45aA7892530B47e10b6433,
            sequencerGrace: 1 hours
        });
    }
}
