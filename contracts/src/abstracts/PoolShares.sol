// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20, ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAdvancePool} from "../interfaces/IAdvancePool.sol";
import {IComplianceHook} from "../interfaces/IComplianceHook.sol";

/// @title What liquidity providers hold: shares, the queue out, and the most the pool takes in
/// @dev Six digits of virtual shares and assets that are counted: the first depositor cannot inflate the price, and a
/// donation does not move it.
abstract contract PoolShares is IAdvancePool, ERC4626, ReentrancyGuardTransient {
    /// @notice Shares that wait. @param readyAt When they can be redeemed; zero when none wait.
    struct Request {
        uint256 shares;
        uint40 readyAt;
    }

    /// @notice How long raising `maxAssets` waits.
    uint40 public constant RAISE_DELAY = 7 days;
    uint8 internal constant OPERATION_CLAIM = 2;
    uint8 internal constant OPERATION_SUPPLY = 3;
    uint8 internal constant OPERATION_REDEEM = 4;
    uint256 private constant COMPLIANCE_GAS = 60_000;

    IComplianceHook internal immutable _compliance;
    /// @dev Sets the most the pool takes in, prolongs a pause.
    address internal immutable _governor;
    uint40 internal immutable _queueSeconds;
    uint40 internal immutable _openSeconds;

    /// @dev Share holders' money that is not lent, and what was paid for advances that are not repaid.
    uint256 internal _cash;
    uint256 internal _lent;
    /// @dev Advances that are overdue or frozen and neither repaid nor written off.
    uint256 internal _impaired;
    uint256 internal _queuedShares;
    mapping(address owner => Request) private _requests;
    uint64 private _maxAssets;
    uint64 private _nextMaxAssets;
    uint40 private _raisedAt;

    constructor(
        IERC20 usdc,
        address compliance,
        address governor,
        uint40 queueSeconds,
        uint40 openSeconds,
        uint64 maxAssets
    ) ERC4626(usdc) ERC20("GeSIM advance pool", "gesimUSDC") {
        _compliance = IComplianceHook(compliance);
        _governor = governor;
        _queueSeconds = queueSeconds;
        _openSeconds = openSeconds;
        (_maxAssets, _nextMaxAssets) = (maxAssets, maxAssets);
    }

    /// @inheritdoc IAdvancePool
    function requestRedeem(uint256 shares) external {
        require(shares <= balanceOf(msg.sender), AdvancePool_SharesQueued(balanceOf(msg.sender), shares));
        _endRequest(msg.sender);
        if (shares == 0) return;
        uint40 readyAt = uint40(block.timestamp) + _queueSeconds;
        _requests[msg.sender] = Request(shares, readyAt);
        _queuedShares += shares;
        emit RedeemRequested(msg.sender, shares, readyAt, readyAt + _openSeconds);
    }

    /// @inheritdoc IAdvancePool
    function endRequest(address owner) external {
        uint256 until = uint256(_requests[owner].readyAt) + _openSeconds;
        require(block.timestamp > until, AdvancePool_RequestOpen(block.timestamp, until));
        _endRequest(owner);
    }

    /// @inheritdoc IAdvancePool
    function setMaxAssets(uint64 maxAssets) external {
        _requireCaller(_governor);
        uint64 current = _maxAssetsNow();
        uint40 effectiveAt = uint40(block.timestamp);
        if (maxAssets > current) effectiveAt += RAISE_DELAY;
        else current = maxAssets;
        (_maxAssets, _nextMaxAssets, _raisedAt) = (current, maxAssets, effectiveAt);
        emit MaxAssetsSet(current, maxAssets, effectiveAt);
    }

    /// @inheritdoc IAdvancePool
    function requestOf(address owner) external view returns (uint256 shares, uint40 readyAt, uint40 openUntil) {
        Request memory request = _requests[owner];
        if (request.shares == 0) return (0, 0, 0);
        return (request.shares, request.readyAt, request.readyAt + _openSeconds);
    }

    function totalAssets() public view override returns (uint256) {
        return _cash + _lent;
    }

    /// @notice Nothing while a loss is pending; else up to the most the pool takes in.
    function maxDeposit(address) public view override returns (uint256) {
        uint256 most = _maxAssetsNow();
        uint256 assets = totalAssets();
        return _impaired != 0 || most <= assets ? 0 : most - assets;
    }

    function maxMint(address receiver) public view override returns (uint256) {
        return convertToShares(maxDeposit(receiver));
    }

    function maxWithdraw(address owner) public view override returns (uint256) {
        return convertToAssets(maxRedeem(owner));
    }

    /// @notice What came to the head of the queue, as far as the pool has it in cash, and nothing while a loss is pending.
    function maxRedeem(address owner) public view override returns (uint256) {
        Request memory request = _requests[owner];
        if (_impaired != 0 || block.timestamp < request.readyAt) return 0;
        if (block.timestamp > uint256(request.readyAt) + _openSeconds) return 0;
        return Math.min(request.shares, convertToShares(_cash));
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        _requireCompliant(caller, OPERATION_SUPPLY);
        if (receiver != caller) _requireCompliant(receiver, OPERATION_SUPPLY);
        require(assets != 0 && shares != 0, AdvancePool_ZeroAmount());
        _cash += assets;
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(address caller, address receiver, address owner, uint256 assets, uint256 shares)
        internal
        override
        nonReentrant
    {
        _requireCompliant(owner, OPERATION_REDEEM);
        if (receiver != owner) _requireCompliant(receiver, OPERATION_REDEEM);
        _requests[owner].shares -= shares;
        _queuedShares -= shares;
        _cash -= assets;
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev Shares in the queue belong to their owner and stay there: they bear losses until they are redeemed.
    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0)) {
            uint256 free = balanceOf(from) - Math.min(_requests[from].shares, balanceOf(from));
            require(value <= free, AdvancePool_SharesQueued(free, value));
        }
        super._update(from, to, value);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    /// @dev What may be lent: not what the queue waits for.
    function _lendable() internal view returns (uint256) {
        uint256 wanted = convertToAssets(_queuedShares);
        return _cash > wanted ? _cash - wanted : 0;
    }

    function _maxAssetsNow() internal view returns (uint64) {
        return block.timestamp >= _raisedAt ? _nextMaxAssets : _maxAssets;
    }

    /// @dev Asks the hook with bounded gas; a hook that fails keeps money where it is.
    function _isCompliant(address who, uint8 operation) internal view returns (bool) {
        if (address(_compliance) == address(0)) return true;
        (bool success, bytes memory answer) = address(_compliance).staticcall{gas: COMPLIANCE_GAS}(
            abi.encodeCall(IComplianceHook.check, (who, operation))
        );
        return success && answer.length >= 32 && abi.decode(answer, (uint256)) == 1;
    }

    function _requireCompliant(address who, uint8 operation) internal view {
        require(_isCompliant(who, operation), AdvancePool_Refused(who, operation));
    }

    function _requireCaller(address allowed) internal view {
        require(msg.sender == allowed, AdvancePool_NotAllowed(msg.sender, allowed));
    }

    function _endRequest(address owner) private {
        uint256 shares = _requests[owner].shares;
        if (shares == 0) return;
        delete _requests[owner];
        _queuedShares -= shares;
        emit RequestEnded(owner);
    }
}
