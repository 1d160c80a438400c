// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimPaymaster} from "../../src/GesimPaymaster.sol";
import {GesimIdentity} from "../../src/GesimIdentity.sol";
import {LocalPriceFeed} from "../../src/LocalPriceFeed.sol";
import {PriceOracle} from "../../src/PriceOracle.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {Accounts} from "../gesim-account/Accounts.sol";
import {IEntryPoint, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";

/// @dev The real EntryPoint v0.8 at its canonical address, a paymaster with a rate, a pool and a deposit, and accounts.
abstract contract Paymasters is Accounts {
    GesimPaymaster internal paymaster;
    PriceOracle internal oracle;
    GesimIdentity internal identity;
    LocalPriceFeed internal feed;
    TestUSDC internal usdc;
    address internal treasury = makeAddr("treasury");
    address internal operator = makeAddr("operator");
    address internal owner = makeAddr("owner");
    address internal sponsor;
    uint256 internal sponsorKey;
    uint128 internal constant VERIFICATION = 100_000;
    uint128 internal constant POST_OP = 40_000;

    function setUp() public virtual override {
        _deployEntryPoint();
        super.setUp();
        (sponsor, sponsorKey) = makeAddrAndKey("sponsor");
        usdc = new TestUSDC(address(this));
        oracle = new PriceOracle(address(this), address(this));
        feed = new LocalPriceFeed("ETH / USD", 8, 2_500e8, true, address(this));
        oracle.setFeed(keccak256("ETH/USD"), IPriceOracle.Feed(address(feed), 3_600, 100e18, 100_000e18));
        identity = new GesimIdentity(owner, operator);
        paymaster = new GesimPaymaster(usdc, oracle, identity, 1 days, 1_000, treasury, sponsor, owner, operator);
        paymaster.refreshRate();
        usdc.mint(address(this), 1_000e6);
        usdc.approve(address(paymaster), type(uint256).max);
        paymaster.fundSponsorPool(100e6);
        paymaster.deposit{value: 10 ether}();
    }

    receive() external payable {}

    function _deployEntryPoint() private {
        string memory artefact = vm.readFile("node_modules/@account-abstraction/contracts/artifacts/EntryPoint.json");
        bytes memory code = vm.parseJsonBytes(artefact, ".bytecode");
        bytes32 salt = 0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9;
        (bool made,) = 0x4e59b44847b379578588920cA78FbF26c0B4956C.call(abi.encodePacked(salt, code));
        require(made && ENTRY_POINT.code.length != 0, "no EntryPoint");
    }

    function _sponsored(bytes memory callData) internal view returns (PackedUserOperation memory operation) {
        return _sponsoredUntil(callData, uint48(block.timestamp + 600), sponsorKey);
    }

    function _sponsoredUntil(bytes memory callData, uint48 validUntil, uint256 key)
        internal
        view
        returns (PackedUserOperation memory operation)
    {
        operation = _bare(callData);
        _sponsor(operation, validUntil, key);
        _signOperation(operation);
    }

    /// @dev Puts the sponsor's signature into an operation that is complete but for the account's own.
    function _sponsor(PackedUserOperation memory operation, uint48 validUntil, uint256 key) internal view {
        bytes memory head = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP);
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "UserOperationRequest(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,uint256 paymasterVerificationGasLimit,uint256 paymasterPostOpGasLimit,uint48 validAfter,uint48 validUntil)"
                ),
                operation.sender,
                operation.nonce,
                keccak256(operation.initCode),
                keccak256(operation.callData),
                operation.accountGasLimits,
                operation.preVerificationGas,
                operation.gasFees,
                uint256(VERIFICATION),
                uint256(POST_OP),
                uint48(0),
                validUntil
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("GesimPaymaster"),
                keccak256("1"),
                block.chainid,
                address(paymaster)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        operation.paymasterAndData = abi.encodePacked(head, uint8(0), uint48(0), validUntil, r, s, v);
    }

    function _fromCredit(bytes memory callData) internal view returns (PackedUserOperation memory operation) {
        operation = _bare(callData);
        operation.paymasterAndData = abi.encodePacked(address(paymaster), VERIFICATION, POST_OP, uint8(1));
        _signOperation(operation);
    }

    function _bare(bytes memory callData) private view returns (PackedUserOperation memory operation) {
        operation = _operation(address(account));
        operation.nonce = account.getNonce();
        operation.callData = callData;
        operation.preVerificationGas = 40_000;
    }

    function _signOperation(PackedUserOperation memory operation) internal view {
        operation.signature = _signed(signerKey, _hashOf(operation));
    }

    function _hashOf(PackedUserOperation memory operation) internal view returns (bytes32) {
        return IEntryPointHash(ENTRY_POINT).getUserOpHash(operation);
    }

    /// @dev Sent as a bundler sends it: by an address without code.
    function _handle(PackedUserOperation memory operation) internal {
        PackedUserOperation[] memory bundle = new PackedUserOperation[](1);
        bundle[0] = operation;
        address bundler = makeAddr("bundler");
        vm.txGasPrice(2 gwei);
        vm.prank(bundler, bundler);
        IEntryPoint(ENTRY_POINT).handleOps(bundle, payable(makeAddr("beneficiary")));
    }
}

interface IEntryPointHash {
    function getUserOpHash(PackedUserOperation calldata operation) external view returns (bytes32);

    function getDepositInfo(address account)
        external
        view
        returns (uint256 deposit, bool staked, uint112 stake, uint32 unstakeDelaySec, uint48 withdrawTime);
}
