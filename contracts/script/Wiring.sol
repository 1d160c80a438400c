// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFeeTreasury} from "../src/interfaces/IFeeTreasury.sol";
import {IFrozenBooks} from "../src/interfaces/IFrozenBooks.sol";
import {IGesimPaymaster} from "../src/interfaces/IGesimPaymaster.sol";
import {IPriceOracle} from "../src/interfaces/IPriceOracle.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Deployed, Network, People} from "./Network.sol";
import {IBooks, IDeposits, IGasTank} from "./Partners.sol";
import {ProductionTerms as T} from "./ProductionTerms.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

/// @title Connects what is deployed, and ends the deployer's power
/// @dev Each step looks first whether it is done, so that an interrupted run goes on.
abstract contract Wiring {
    address internal constant ENTRY_POINT = 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108;
    bytes32 private constant ADMIN = 0;
    bytes32 private constant GOVERNOR = keccak256("GOVERNOR");
    bytes32 private constant GUARDIAN = keccak256("GUARDIAN");
    bytes32 private constant SLASHER = keccak256("SLASHER");

    function _wire(Deployed memory made, Network memory network, People memory people, address deployer) internal {
        // As long as the deployer governs the oracle, which is handed over last, something may be left to do.
        if (!_has(made.priceOracle, ADMIN, deployer)) return;
        _setFeeds(IPriceOracle(made.priceOracle), network);
        _grant(made.attestorRegistry, SLASHER, made.payOnUsage);
        _grant(made.complianceHook, GUARDIAN, people.guardian);
        _grant(made.complianceHook, GOVERNOR, people.governor);
        IBooks registry = IBooks(made.carrierRegistry);
        // The pool answers for frozen books as the settlement does, and for carriers that owe it.
        if (registry.frozenBooks() == address(0)) registry.setFrozenBooks(IFrozenBooks(made.advancePool));
        _connectPaymaster(made);
        _connectFees(made, people);
        _handOver(made.identity, people.governor, deployer, false);
        _handOver(made.paymaster, people.governor, deployer, false);
        _handOver(made.carrierRegistry, people.governor, deployer, false);
        _handOver(made.attestorRegistry, people.governor, deployer, false);
        _handOver(made.complianceHook, people.governor, deployer, false);
        _handOver(made.complianceSignals, people.governor, deployer, false);
        _handOver(made.feeTreasury, people.governor, deployer, true);
        _handOver(made.priceOracle, people.governor, deployer, true);
    }

    function _setFeeds(IPriceOracle oracle, Network memory network) private {
        oracle.setFeed(
            keccak256("ETH/USD"), IPriceOracle.Feed(network.etherFeed, network.etherHeartbeat, 50e18, 1_000_000e18)
        );
        if (network.euroFeed != address(0)) {
            oracle.setFeed(
                keccak256("EUR/USD"), IPriceOracle.Feed(network.euroFeed, network.euroHeartbeat, 0.1e18, 5e18)
            );
        }
        if (network.sequencerFeed != address(0)) {
            oracle.setSequencerFeed(network.sequencerFeed, network.sequencerGrace);
        }
    }

    function _connectPaymaster(Deployed memory made) private {
        IGesimPaymaster paymaster = IGesimPaymaster(made.paymaster);
        paymaster.setTreasury(made.feeTreasury);
        (uint256 deposit, bool staked,,,) = IDeposits(ENTRY_POINT).getDepositInfo(made.paymaster);
        if (deposit == 0) paymaster.deposit{value: T.PAYMASTER_DEPOSIT}();
        if (!staked) paymaster.addStake{value: T.PAYMASTER_STAKE}(T.PAYMASTER_UNSTAKE);
        if (paymaster.till().microsPerEther == 0) paymaster.refreshRate();
    }

    function _connectFees(Deployed memory made, People memory people) private {
        if (IGasTank(made.feeTreasury).gasTank() != address(0)) return;
        IFeeTreasury fees = IFeeTreasury(made.feeTreasury);
        // Who lets an epoch's posting window pass pays whoever stands in; nobody else has a schedule to miss.
        fees.setDuty(
            1,
            IFeeTreasury.Duty({
                target: made.settlement,
                selector: ISettlement.postEpoch.selector,
                mustReturn: false,
                windowSeconds: T.EPOCH + T.POSTING,
                price: T.POST_EPOCH_PRICE,
                penalty: T.POST_EPOCH_PRICE * 10
            })
        );
        fees.setDuty(
            2,
            IFeeTreasury.Duty({
                target: made.settlement,
                selector: ISettlement.settle.selector,
                mustReturn: true,
                windowSeconds: T.EPOCH,
                price: T.SETTLE_PRICE,
                penalty: 0
            })
        );
        // Bundles of user operations are seen by no contract: paid by the operator's word.
        fees.setDuty(3, IFeeTreasury.Duty(address(0), bytes4(0), false, 1, T.SETTLE_PRICE, 0));
        // Last: as long as there is no gas tank, an interrupted run comes back here.
        fees.setSettings(T.RELAYER_BOND, T.RELAYER_DAILY_BUDGET, T.FEE_FLOAT, T.MARGIN_SHARE_BPS, people.operator);
    }

    function _handOver(address made, address to, address deployer, bool alsoGovernor) private {
        if (alsoGovernor) {
            _grant(made, GOVERNOR, to);
            if (_has(made, GOVERNOR, deployer)) IAccessControl(made).renounceRole(GOVERNOR, deployer);
        }
        _grant(made, ADMIN, to);
        if (_has(made, ADMIN, deployer)) IAccessControl(made).renounceRole(ADMIN, deployer);
    }

    function _grant(address made, bytes32 role, address to) private {
        if (!_has(made, role, to)) IAccessControl(made).grantRole(role, to);
    }

    function _has(address made, bytes32 role, address who) private view returns (bool) {
        return IAccessControl(made).hasRole(role, who);
    }
}
