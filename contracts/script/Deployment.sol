// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Script} from "forge-std/Script.sol";
import {console} from "forge-std/console.sol";
import {EscrowParameters, SettlementParameters} from "../src/interfaces/DataTypes.sol";
import {PoolParameters} from "../src/interfaces/IAdvancePool.sol";
import {ICreateInOrder} from "../src/interfaces/ICreateInOrder.sol";
import {Deployed, Network, People} from "./Network.sol";
import {ProductionTerms as T} from "./ProductionTerms.sol";
import {Wiring} from "./Wiring.sol";

/// @title Puts everything on a chain, at addresses that follow from code and parameters alone
/// @notice Every contract goes through the deterministic deployer (CREATE2, salt zero), so the same inputs and the same
/// deployer give the same addresses on every chain. What is there is left alone: a second run sends nothing.
/// @dev Deploys the committed creation code (contracts/abi/generated/bytecode, kept fresh by a test), as the local stack
/// does: not what a compiler on this machine makes of the sources today.
abstract contract Deployment is Script, Wiring {
    /// @dev Stands at the same address on every chain: github.com/Arachnid/deterministic-deployment-proxy.
    address private constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    error Deployment_WrongChain(uint256 chainId, uint256 wanted);
    error Deployment_NothingAt(string what, address at);
    error Deployment_NotMade(string what);

    /// @dev What stands on the chain that a script is for.
    function _network() internal pure virtual returns (Network memory);

    function run() external {
        Network memory network = _swapped(_network());
        People memory people = People({
            governor: vm.envAddress("GESIM_GOVERNOR"),
            guardian: vm.envAddress("GESIM_GUARDIAN"),
            operator: vm.envAddress("GESIM_OPERATOR"),
            sponsorSigner: vm.envAddress("GESIM_SPONSOR_SIGNER")
        });
        _requireReady(network, people);
        vm.startBroadcast();
        (, address deployer,) = vm.readCallers();
        Deployed memory made;
        _putRegistries(made, network, people, deployer);
        _putAccounts(made, network, people, deployer);
        _putMoney(made, network, deployer);
        made.advancePool = _put(
            "AdvancePool",
            abi.encode(
                PoolParameters({
                    escrow: made.escrow,
                    governor: people.governor,
                    guardian: people.guardian,
                    queueSeconds: T.POOL_QUEUE,
                    openSeconds: T.POOL_OPEN,
                    claimSeconds: T.POOL_CLAIM,
                    patienceSeconds: T.POOL_PATIENCE,
                    juniorBps: T.POOL_JUNIOR_BPS,
                    maxDiscountBps: T.POOL_MAX_DISCOUNT_BPS,
                    maxAssets: T.POOL_MAX_ASSETS
                })
            )
        );
        _wire(made, network, people, deployer);
        vm.stopBroadcast();
        _tell(made);
    }

    function _putRegistries(Deployed memory made, Network memory network, People memory people, address deployer)
        private
    {
        made.priceOracle = _put("PriceOracle", abi.encode(deployer, deployer));
        made.complianceHook = _put("ComplianceHook", abi.encode(network.sanctionsList, deployer, people.operator));
        made.complianceSignals = _put("ComplianceSignals", abi.encode(deployer, people.operator));
        made.carrierRegistry = _put("CarrierRegistry", abi.encode(T.PAYOUT_DELAY, deployer, people.operator));
        made.attestorRegistry = _put(
            "AttestorRegistry",
            abi.encode(network.usdc, people.governor, T.MINIMUM_STAKE, T.UNBONDING, deployer, people.operator)
        );
    }

    function _putAccounts(Deployed memory made, Network memory network, People memory people, address deployer)
        private
    {
        made.identity = _put("GesimIdentity", abi.encode(deployer, people.operator));
        made.accountFactory = _put("GesimAccountFactory", abi.encode(T.RECOVERY_DELAY));
        made.webAuthnVerifier = _put("ERC7913WebAuthnVerifier", "");
        made.p256Verifier = _put("ERC7913P256Verifier", "");
        made.paymaster = _put(
            "GesimPaymaster",
            abi.encode(
                network.usdc,
                made.priceOracle,
                made.identity,
                T.RATE_LIFE,
                T.GAS_MARGIN_BPS,
                people.governor,
                people.sponsorSigner,
                deployer,
                people.operator
            )
        );
        made.feeTreasury = _put(
            "FeeTreasury",
            abi.encode(
                network.usdc,
                people.governor,
                made.carrierRegistry,
                made.paymaster,
                T.RELAYER_UNBONDING,
                deployer,
                people.operator
            )
        );
    }

    /// @dev Escrow, settlement and pay-on-usage name each other as immutables: a creator makes them at addresses that are
    /// computed first. Its salt follows from code and parameters, so that other money contracts get another creator.
    function _putMoney(Deployed memory made, Network memory network, address deployer) private {
        (bytes memory escrow, bytes memory settlement) = (_escrowTerms(made, network), _settlementTerms(made));
        bytes32 salt =
            keccak256(abi.encode(_code("IntentEscrow"), _code("Settlement"), _code("PayOnUsage"), escrow, settlement));
        address creator = _put("CreateInOrder", abi.encode(deployer), salt);
        made.escrow = vm.computeCreateAddress(creator, 1);
        made.settlement = vm.computeCreateAddress(creator, 2);
        made.payOnUsage = vm.computeCreateAddress(creator, 3);
        bytes[3] memory codes = [
            bytes.concat(_code("IntentEscrow"), _escrowTerms(made, network)),
            bytes.concat(_code("Settlement"), _settlementTerms(made)),
            bytes.concat(_code("PayOnUsage"), abi.encode(made.escrow, made.settlement, made.attestorRegistry))
        ];
        for (uint256 i = ICreateInOrder(creator).count(); i < 3; ++i) {
            ICreateInOrder(creator).create(codes[i]);
        }
        require(made.payOnUsage.code.length != 0, Deployment_NotMade("money contracts"));
    }

    function _escrowTerms(Deployed memory made, Network memory network) private pure returns (bytes memory) {
        return abi.encode(
            EscrowParameters({
                usdc: network.usdc,
                settlement: made.settlement,
                payOnUsage: made.payOnUsage,
                carriers: made.carrierRegistry,
                compliance: made.complianceHook,
                treasury: made.feeTreasury,
                feeBps: T.FEE_BPS,
                depositLimit: T.DEPOSIT_LIMIT,
                exitSeconds: T.EXIT,
                counterSeconds: T.COUNTER,
                outflowSeconds: T.OUTFLOW,
                outflowBps: T.OUTFLOW_BPS,
                outflowFloor: T.OUTFLOW_FLOOR
            })
        );
    }

    function _settlementTerms(Deployed memory made) private pure returns (bytes memory) {
        return abi.encode(
            SettlementParameters({
                escrow: made.escrow,
                payOnUsage: made.payOnUsage,
                attestors: made.attestorRegistry,
                epochSeconds: T.EPOCH,
                postingSeconds: T.POSTING,
                fastSeconds: T.FAST,
                slowSeconds: T.SLOW,
                quorumBps: T.QUORUM_BPS,
                fastShareBps: T.FAST_SHARE_BPS
            })
        );
    }

    function _put(string memory name, bytes memory arguments) private returns (address) {
        return _put(name, arguments, bytes32(0));
    }

    function _put(string memory name, bytes memory arguments, bytes32 salt) private returns (address at) {
        bytes memory initCode = bytes.concat(_code(name), arguments);
        at = vm.computeCreate2Address(salt, keccak256(initCode), DEPLOYER);
        if (at.code.length != 0) return at;
        (bool made,) = DEPLOYER.call(bytes.concat(salt, initCode));
        require(made && at.code.length != 0, Deployment_NotMade(name));
    }

    function _code(string memory name) private view returns (bytes memory) {
        string memory file = string.concat("contracts/abi/generated/bytecode/", name, ".json");
        return vm.parseJsonBytes(vm.readFile(file), ".bytecode");
    }

    function _swapped(Network memory network) private view returns (Network memory) {
        network.chainId = vm.envOr("GESIM_CHAIN_ID", network.chainId);
        network.usdc = vm.envOr("GESIM_USDC", network.usdc);
        network.sanctionsList = vm.envOr("GESIM_SANCTIONS_LIST", network.sanctionsList);
        network.etherFeed = vm.envOr("GESIM_ETHER_FEED", network.etherFeed);
        network.euroFeed = vm.envOr("GESIM_EURO_FEED", network.euroFeed);
        network.sequencerFeed = vm.envOr("GESIM_SEQUENCER_FEED", network.sequencerFeed);
        return network;
    }

    /// @dev A wrong address found now costs nothing.
    function _requireReady(Network memory network, People memory people) private view {
        require(block.chainid == network.chainId, Deployment_WrongChain(block.chainid, network.chainId));
        _requireCode("deterministic deployer", DEPLOYER);
        _requireCode("EntryPoint v0.8", ENTRY_POINT);
        _requireCode("USDC", network.usdc);
        _requireCode("ETH / USD feed", network.etherFeed);
        _requireCode("governor", people.governor);
        if (network.sanctionsList != address(0)) _requireCode("sanctions list", network.sanctionsList);
        if (network.euroFeed != address(0)) _requireCode("EUR / USD feed", network.euroFeed);
        if (network.sequencerFeed != address(0)) _requireCode("sequencer uptime feed", network.sequencerFeed);
    }

    function _requireCode(string memory what, address at) private view {
        require(at.code.length != 0, Deployment_NothingAt(what, at));
    }

    function _tell(Deployed memory made) private {
        string memory key = "deployed";
        vm.serializeAddress(key, "priceOracle", made.priceOracle);
        vm.serializeAddress(key, "complianceHook", made.complianceHook);
        vm.serializeAddress(key, "complianceSignals", made.complianceSignals);
        vm.serializeAddress(key, "carrierRegistry", made.carrierRegistry);
        vm.serializeAddress(key, "attestorRegistry", made.attestorRegistry);
        vm.serializeAddress(key, "identity", made.identity);
        vm.serializeAddress(key, "accountFactory", made.accountFactory);
        vm.serializeAddress(key, "webAuthnVerifier", made.webAuthnVerifier);
        vm.serializeAddress(key, "p256Verifier", made.p256Verifier);
        vm.serializeAddress(key, "paymaster", made.paymaster);
        vm.serializeAddress(key, "feeTreasury", made.feeTreasury);
        vm.serializeAddress(key, "escrow", made.escrow);
        vm.serializeAddress(key, "settlement", made.settlement);
        vm.serializeAddress(key, "payOnUsage", made.payOnUsage);
        console.log("addresses", vm.serializeAddress(key, "advancePool", made.advancePool));
    }
}
