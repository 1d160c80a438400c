// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimPaymaster} from "./interfaces/IGesimPaymaster.sol";
import {IGesimIdentity} from "./interfaces/IGesimIdentity.sol";
import {IPriceOracle} from "./interfaces/IPriceOracle.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {PaymasterSigner} from "@openzeppelin/contracts/account/paymaster/extensions/PaymasterSigner.sol";
import {ERC4337Utils, PackedUserOperation} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Calldata} from "@openzeppelin/contracts/utils/Calldata.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignerECDSA} from "@openzeppelin/contracts/utils/cryptography/signers/SignerECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Who pays for a traveller's gas. See {IGesimPaymaster}.
contract GesimPaymaster is IGesimPaymaster, PaymasterSigner, SignerECDSA, AccessControl {
    using ERC4337Utils for *;
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @notice May set budgets.
    bytes32 public constant OPERATOR = keccak256("OPERATOR");
    uint8 public constant SPONSORED = 0;
    uint8 public constant CREDIT = 1;
    uint16 public constant MAX_MARGIN_BPS = 2_000;
    bytes32 public constant ETH_USD = keccak256("ETH/USD");

    /// @dev Gas of `postOp` and of the EntryPoint's bookkeeping after it, which the EntryPoint charges without reporting.
    uint256 private constant POST_OP_GAS = 25_000;

    /// @dev Where the EntryPoint keeps the times in what a validation returns.
    uint256 private constant VALID_UNTIL = 160;
    uint256 private constant VALID_AFTER = 208;

    IERC20 public immutable usdc;
    IPriceOracle public immutable oracle;
    IGesimIdentity public immutable identity;
    /// @notice Seconds for which a rate serves after the feed answered.
    uint32 public immutable rateLifeSeconds;

    address public treasury;
    Till private _till;
    mapping(address account => Purse) private _purses;
    mapping(bytes32 promotion => Promotion) private _promotions;
    mapping(bytes32 promotion => mapping(address account => bool)) private _taken;

    constructor(
        IERC20 usdc_,
        IPriceOracle oracle_,
        IGesimIdentity identity_,
        uint32 rateLifeSeconds_,
        uint16 marginBps,
        address treasury_,
        address sponsorSigner,
        address admin,
        address operator
    ) EIP712("GesimPaymaster", "1") SignerECDSA(sponsorSigner) {
        require(treasury_ != address(0) && sponsorSigner != address(0), GesimPaymaster_ZeroAddress());
        usdc = usdc_;
        oracle = oracle_;
        identity = identity_;
        rateLifeSeconds = rateLifeSeconds_;
        treasury = treasury_;
        _setMargin(marginBps);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(OPERATOR, operator);
    }

    /// @notice EntryPoint v0.8.
    function entryPoint() public pure override returns (IEntryPoint) {
        return ERC4337Utils.ENTRYPOINT_V08;
    }

    /// @inheritdoc IGesimPaymaster
    function setBudget(address account, uint64 amountMicros, uint48 validUntil) external onlyRole(OPERATOR) {
        Purse storage purse = _purses[account];
        purse.budgetMicros = amountMicros;
        purse.budgetValidUntil = validUntil;
        emit BudgetSet(account, amountMicros, validUntil);
    }

    /// @inheritdoc IGesimPaymaster
    function setPromotion(bytes32 promotion, uint64 amountMicros, uint32 limit, uint48 validUntil)
        external
        onlyRole(OPERATOR)
    {
        Promotion storage record = _promotions[promotion];
        record.amountMicros = amountMicros;
        record.limit = limit;
        record.validUntil = validUntil;
        emit PromotionSet(promotion, amountMicros, limit, validUntil);
    }

    /// @inheritdoc IGesimPaymaster
    function takePromotion(bytes32 promotion, address account) external {
        Promotion memory gift = _promotions[promotion];
        require(
            gift.taken < gift.limit && block.timestamp <= gift.validUntil,
            GesimPaymaster_PromotionOver(promotion, gift.taken, gift.limit, gift.validUntil)
        );
        require(!_taken[promotion][account], GesimPaymaster_PromotionTaken(promotion, account));
        require(identity.isEntitled(account), GesimPaymaster_NotEntitled(account));
        _taken[promotion][account] = true;
        _promotions[promotion].taken = gift.taken + 1;
        Purse storage purse = _purses[account];
        bool alive = block.timestamp <= purse.budgetValidUntil;
        uint64 amountMicros = (alive ? purse.budgetMicros : 0) + gift.amountMicros;
        uint48 validUntil = alive && purse.budgetValidUntil > gift.validUntil ? purse.budgetValidUntil : gift.validUntil;
        purse.budgetMicros = amountMicros;
        purse.budgetValidUntil = validUntil;
        emit PromotionTaken(promotion, account, gift.amountMicros);
        emit BudgetSet(account, amountMicros, validUntil);
    }

    /// @inheritdoc IGesimPaymaster
    function topUp(address account, uint64 amountMicros) external {
        require(amountMicros != 0, GesimPaymaster_ZeroAmount());
        _purses[account].creditMicros += amountMicros;
        usdc.safeTransferFrom(msg.sender, address(this), amountMicros);
        emit CreditAdded(account, msg.sender, amountMicros);
    }

    /// @inheritdoc IGesimPaymaster
    function withdrawCredit(uint64 amountMicros, address to) external {
        Purse storage purse = _purses[msg.sender];
        uint64 available = purse.creditMicros;
        require(
            amountMicros <= available, GesimPaymaster_InsufficientFunds(msg.sender, CREDIT, amountMicros, available)
        );
        purse.creditMicros = available - amountMicros;
        usdc.safeTransfer(to, amountMicros);
        emit CreditWithdrawn(msg.sender, to, amountMicros);
    }

    /// @inheritdoc IGesimPaymaster
    function fundSponsorPool(uint64 amountMicros) external {
        require(amountMicros != 0, GesimPaymaster_ZeroAmount());
        _till.sponsorPoolMicros += amountMicros;
        usdc.safeTransferFrom(msg.sender, address(this), amountMicros);
        emit SponsorPoolFunded(msg.sender, amountMicros);
    }

    /// @inheritdoc IGesimPaymaster
    function drawSponsorPool(uint64 amountMicros, address to) external onlyRole(DEFAULT_ADMIN_ROLE) {
        uint64 available = _till.sponsorPoolMicros;
        require(amountMicros <= available, GesimPaymaster_SponsorPoolEmpty(amountMicros, available));
        _till.sponsorPoolMicros = available - amountMicros;
        usdc.safeTransfer(to, amountMicros);
        emit SponsorPoolDrawn(to, amountMicros);
    }

    /// @inheritdoc IGesimPaymaster
    function refreshRate() external {
        (uint256 price, uint256 updatedAt) = oracle.read(ETH_USD);
        // 18 decimals of dollars to six of USDC, rounded up: in favour of whoever fronts the gas.
        uint64 microsPerEther = price.ceilDiv(1e12).toUint64();
        uint40 validUntil = (updatedAt + rateLifeSeconds).toUint40();
        _till.microsPerEther = microsPerEther;
        _till.rateValidUntil = validUntil;
        emit RateRefreshed(microsPerEther, validUntil);
    }

    /// @inheritdoc IGesimPaymaster
    function sweepFees() external returns (uint64 amount) {
        amount = _till.revenueMicros;
        require(amount != 0, GesimPaymaster_ZeroAmount());
        _till.revenueMicros = 0;
        address to = treasury;
        usdc.safeTransfer(to, amount);
        emit FeesSwept(amount, to);
    }

    /// @inheritdoc IGesimPaymaster
    function setMargin(uint16 marginBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setMargin(marginBps);
    }

    /// @inheritdoc IGesimPaymaster
    function setSponsorSigner(address signer_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(signer_ != address(0), GesimPaymaster_ZeroAddress());
        _setSigner(signer_);
        emit SponsorSignerSet(signer_);
    }

    /// @inheritdoc IGesimPaymaster
    function setTreasury(address treasury_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(treasury_ != address(0), GesimPaymaster_ZeroAddress());
        treasury = treasury_;
        emit TreasurySet(treasury_);
    }

    /// @inheritdoc IGesimPaymaster
    function deposit() external payable {
        _deposit(msg.value);
    }

    /// @inheritdoc IGesimPaymaster
    function withdrawDeposit(address payable to, uint256 amountWei) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _withdraw(to, amountWei);
    }

    /// @inheritdoc IGesimPaymaster
    function addStake(uint32 unstakeDelaySeconds) external payable onlyRole(DEFAULT_ADMIN_ROLE) {
        _addStake(msg.value, unstakeDelaySeconds);
    }

    /// @inheritdoc IGesimPaymaster
    function unlockStake() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unlockStake();
    }

    /// @inheritdoc IGesimPaymaster
    function withdrawStake(address payable to) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _withdrawStake(to);
    }

    /// @inheritdoc IGesimPaymaster
    function purseOf(address account) external view returns (Purse memory) {
        return _purses[account];
    }

    /// @inheritdoc IGesimPaymaster
    function promotionOf(bytes32 promotion) external view returns (Promotion memory) {
        return _promotions[promotion];
    }

    /// @inheritdoc IGesimPaymaster
    function hasTaken(bytes32 promotion, address account) external view returns (bool) {
        return _taken[promotion][account];
    }

    /// @inheritdoc IGesimPaymaster
    function till() external view returns (Till memory) {
        return _till;
    }

    /// @inheritdoc IGesimPaymaster
    function quote(uint256 gasCostWei) external view returns (uint256 costMicros, uint256 marginMicros) {
        Till memory shared = _till;
        return _charge(gasCostWei, shared.microsPerEther, shared.marginBps);
    }

    /// @dev The most an operation may cost is taken from its purse here and the rest returned in `_postOp`, so that several
    /// operations of one account in a bundle cannot spend the same money.
    function _validatePaymasterUserOp(PackedUserOperation calldata userOp, bytes32 userOpHash, uint256 maxCost)
        internal
        override
        returns (bytes memory context, uint256 validationData)
    {
        Till memory shared = _till;
        require(shared.microsPerEther != 0, GesimPaymaster_NoRate());
        uint8 kind = _kindOf(userOp);
        uint64 unreportedGas = (POST_OP_GAS + _unusedGasPenalty(userOp.paymasterPostOpGasLimit())).toUint64();
        uint256 most = uint256(unreportedGas).saturatingMul(userOp.maxFeePerGas()).saturatingAdd(maxCost);
        (maxCost, validationData) = _reserve(userOp, kind, most, shared);
        context = abi.encodePacked(
            userOpHash, userOp.sender, kind, uint64(maxCost), shared.microsPerEther, shared.marginBps, unreportedGas
        );
        validationData = kind == CREDIT ? validationData << VALID_UNTIL : _sponsorship(userOp, uint48(validationData));
    }

    /// @dev Sponsor's signature and the times in the EntryPoint's packing: `validAfter:6 | validUntil:6 | 1 if not signed`.
    function _sponsorship(PackedUserOperation calldata userOp, uint48 until) private view returns (uint256 packed) {
        (uint48 validAfter, uint48 validUntil, bytes calldata signature) = _decodePaymasterUserOp(userOp);
        bool signed = _rawSignatureValidation(_signableUserOpHash(userOp, validAfter, validUntil), signature);
        // The EntryPoint reads a zero as "for ever".
        if (validUntil == 0 || until < validUntil) validUntil = until;
        packed = uint256(validAfter) << VALID_AFTER | uint256(validUntil) << VALID_UNTIL;
        return signed ? packed : packed | ERC4337Utils.SIG_VALIDATION_FAILED;
    }

    /// @return reserved What was taken from the purse. @return until When rate or budget expire; never zero.
    function _reserve(PackedUserOperation calldata userOp, uint8 kind, uint256 maxWei, Till memory shared)
        private
        returns (uint256 reserved, uint256 until)
    {
        (uint256 cost, uint256 margin) = _charge(maxWei, shared.microsPerEther, shared.marginBps);
        uint256 needed = cost + margin;
        Purse memory purse = _purses[userOp.sender];
        uint64 available = kind == SPONSORED ? purse.budgetMicros : purse.creditMicros;
        require(needed <= available, GesimPaymaster_InsufficientFunds(userOp.sender, kind, needed, available));
        // Fits: at most what is available.
        reserved = needed;
        until = shared.rateValidUntil;
        if (kind == SPONSORED) {
            uint64 pool = shared.sponsorPoolMicros;
            require(needed <= pool, GesimPaymaster_SponsorPoolEmpty(needed, pool));
            _purses[userOp.sender].budgetMicros = available - uint64(needed);
            if (purse.budgetValidUntil < until) until = purse.budgetValidUntil == 0 ? 1 : purse.budgetValidUntil;
        } else {
            _purses[userOp.sender].creditMicros = available - uint64(needed);
        }
    }

    /// @dev Never reverts: a revert here would undo the traveller's operation and leave the gas unpaid.
    function _postOp(PostOpMode, bytes calldata context, uint256 actualGasCost, uint256 actualUserOpFeePerGas)
        internal
        override
    {
        address account = address(bytes20(context[32:52]));
        uint8 kind = uint8(bytes1(context[52:53]));
        uint64 reserved = uint64(bytes8(context[53:61]));
        uint256 costWei = actualGasCost + uint64(bytes8(context[71:79])) * actualUserOpFeePerGas;
        // The rate of the reservation, not today's: the operation itself may have refreshed it.
        (uint256 cost, uint256 margin) =
            _charge(costWei, uint64(bytes8(context[61:69])), uint16(bytes2(context[69:71])));
        // Below the reservation by the EntryPoint's rules; clamped because money must not appear from nowhere.
        cost = Math.min(cost, reserved);
        margin = Math.min(margin, reserved - cost);
        uint64 charged = uint64(cost + margin);

        Purse storage purse = _purses[account];
        Till storage shared = _till;
        if (kind == SPONSORED) {
            purse.budgetMicros += reserved - charged;
            // Several operations of a bundle may have counted on the same pool: what is not there is the operator's loss.
            uint64 pool = shared.sponsorPoolMicros;
            if (charged > pool) charged = pool;
            // Side by side, so that both are written at once.
            (shared.sponsorPoolMicros, shared.revenueMicros) = (pool - charged, shared.revenueMicros + charged);
        } else {
            purse.creditMicros += reserved - charged;
            shared.revenueMicros += charged;
        }
        emit GasCharged(bytes32(context[0:32]), account, costWei, uint64(cost), uint64(margin), kind);
    }

    /// @dev `kind | validAfter:6 | validUntil:6 | signature`.
    function _decodePaymasterUserOp(PackedUserOperation calldata userOp)
        internal
        pure
        override
        returns (uint48 validAfter, uint48 validUntil, bytes calldata signature)
    {
        bytes calldata data = userOp.paymasterData();
        return data.length < 13
            ? (uint48(0), uint48(0), Calldata.emptyBytes())
            : (uint48(bytes6(data[1:7])), uint48(bytes6(data[7:13])), data[13:]);
    }

    function _setMargin(uint16 marginBps) private {
        require(marginBps <= MAX_MARGIN_BPS, GesimPaymaster_MarginTooHigh(marginBps, MAX_MARGIN_BPS));
        _till.marginBps = marginBps;
        emit MarginSet(marginBps);
    }

    function _kindOf(PackedUserOperation calldata userOp) private pure returns (uint8 kind) {
        bytes calldata data = userOp.paymasterData();
        kind = data.length == 0 ? type(uint8).max : uint8(data[0]);
        require(kind <= CREDIT, GesimPaymaster_UnknownKind(data));
    }

    /// @dev Both parts rounded up. Saturates, so that an absurd gas price is refused as too dear instead of overflowing.
    function _charge(uint256 gasCostWei, uint64 microsPerEther, uint16 marginBps)
        private
        pure
        returns (uint256 costMicros, uint256 marginMicros)
    {
        costMicros = Math.min(gasCostWei, type(uint128).max).saturatingMul(microsPerEther).ceilDiv(1 ether);
        marginMicros = (costMicros * marginBps).ceilDiv(10_000);
    }

    /// @dev The EntryPoint takes 10 % of unused `postOp` gas from the deposit after `postOp` has returned, when 40,000 or
    /// more are unused. Priced in at its worst, so that nobody drains the deposit by a huge limit.
    function _unusedGasPenalty(uint256 postOpGasLimit) private pure returns (uint256) {
        return postOpGasLimit > 40_000 ? postOpGasLimit / 10 : 0;
    }
}
