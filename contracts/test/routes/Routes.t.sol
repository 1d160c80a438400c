// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Doorbell, Routes} from "./Routes.sol";
import {PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {ERC2771Forwarder} from "@openzeppelin/contracts/metatx/ERC2771Forwarder.sol";

/// @notice What the same small call costs by each route, as a transaction of its own: 21,000, calldata, cold storage
/// included. Writes contracts/snapshots/Routes.json; every change of the file is reviewed.
/// forge-config: default.isolate = true
contract RoutesGas is Routes {
    uint256 private _heard = 1;

    /// @dev A route that did not ring has no price.
    function _snap(string memory step, uint256 rings) internal {
        vm.snapshotGasLastCall("Routes", step);
        _heard += rings;
        assertEq(doorbell.rings(), _heard);
    }

    function _snap(string memory step) internal {
        _snap(step, 1);
    }

    function test_Route_OwnEther() external {
        vm.prank(makeAddr("own"));
        doorbell.ring();
        _snap("own ether, an address with a key");
    }

    function test_Route_Sponsored() external {
        (address who, uint256 key) = makeAddrAndKey("newcomer");
        (address at, bytes memory initCode) = _newcomer(abi.encodePacked(who));
        PackedUserOperation memory operation = _sponsoredBy(_ringing(at, initCode));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, sponsored, first (deploys the account)");
        operation = _sponsoredBy(_ringing(at, ""));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, sponsored, next");
    }

    function test_Route_Credit() external {
        (address who, uint256 key) = makeAddrAndKey("newcomer");
        (address at, bytes memory initCode) = _newcomer(abi.encodePacked(who));
        PackedUserOperation memory operation = _onCredit(_ringing(at, initCode));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, USDC credit, first (deploys the account)");
        operation = _onCredit(_ringing(at, ""));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, USDC credit, next");
    }

    function test_Route_Passkey() external {
        (address at, bytes memory initCode) = _newcomer(_passkey());
        PackedUserOperation memory operation = _sponsoredBy(_ringing(at, initCode));
        operation.signature = _signedAs(_passkey(), _assertion(_hashOf(operation)));
        _send(operation);
        _snap("user operation, passkey, sponsored, first (deploys the account)");
        operation = _sponsoredBy(_ringing(at, ""));
        operation.signature = _signedAs(_passkey(), _assertion(_hashOf(operation)));
        _send(operation);
        _snap("user operation, passkey, sponsored, next");
    }

    function test_Route_Delegated() external {
        (address who, uint256 key) = makeAddrAndKey("delegating");
        vm.prank(operator);
        paymaster.setBudget(who, 50e6, type(uint48).max);
        vm.signAndAttachDelegation(factory.implementation(), key);
        PackedUserOperation memory operation = _sponsoredBy(_ringing(who, ""));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, EIP-7702, sponsored, first (delegates)");
        operation = _sponsoredBy(_ringing(who, ""));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, EIP-7702, sponsored, next");
    }

    /// @dev The reference account of the EntryPoint's authors, paid for by the same paymaster: the anchor.
    function test_Route_ReferenceAccount() external {
        (address who, uint256 key) = makeAddrAndKey("reference");
        (address at, bytes memory initCode) = _referenceAccount(who);
        PackedUserOperation memory operation = _sponsoredBy(_ringingReference(at, initCode));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, SimpleAccount 0.8, sponsored, first (deploys the account)");
        operation = _sponsoredBy(_ringingReference(at, ""));
        operation.signature = _signed(key, _hashOf(operation));
        _send(operation);
        _snap("user operation, SimpleAccount 0.8, sponsored, next");
    }

    function test_Route_BundleOfTen() external {
        PackedUserOperation[] memory bundle = new PackedUserOperation[](10);
        uint256[] memory keys = new uint256[](10);
        for (uint256 round = 0; round < 2; ++round) {
            for (uint256 i = 0; i < 10; ++i) {
                address who;
                (who, keys[i]) = makeAddrAndKey(string(abi.encodePacked("rider", bytes1(uint8(65 + i)))));
                bytes memory initCode;
                address at = factory.getAddress(_one(abi.encodePacked(who)), 0);
                if (round == 0) (at, initCode) = _newcomer(abi.encodePacked(who));
                bundle[i] = _sponsoredBy(_ringing(at, initCode));
                bundle[i].signature = _signed(keys[i], _hashOf(bundle[i]));
            }
            _sendAll(bundle);
        }
        _snap("user operations, sponsored, next, ten in a bundle", 20);
    }

    function test_Route_Forwarded() external {
        (, uint256 key) = makeAddrAndKey("forwarded");
        ERC2771Forwarder.ForwardRequestData memory request = _forwarded(key);
        vm.prank(executor);
        forwarder.execute(request);
        _snap("ERC-2771, first");
        request = _forwarded(key);
        vm.prank(executor);
        forwarder.execute(request);
        _snap("ERC-2771, next");
    }

    function test_Route_ForwardedTen() external {
        ERC2771Forwarder.ForwardRequestData[] memory requests = new ERC2771Forwarder.ForwardRequestData[](10);
        for (uint256 round = 0; round < 2; ++round) {
            for (uint256 i = 0; i < 10; ++i) {
                (, uint256 key) = makeAddrAndKey(string(abi.encodePacked("rider", bytes1(uint8(65 + i)))));
                requests[i] = _forwarded(key);
            }
            vm.prank(executor);
            forwarder.executeBatch(requests, payable(executor));
        }
        _snap("ERC-2771, next, ten in a batch", 20);
    }

    function test_Route_Deployment() external {
        factory.createAccount(_one(abi.encodePacked(makeAddr("deployed"))), 0);
        _snap("deployment of an account alone", 0);
    }
}
