// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ICarrierRegistry} from "./interfaces/ICarrierRegistry.sol";
import {IFeeTreasury} from "./interfaces/IFeeTreasury.sol";
import {IGesimPaymaster} from "./interfaces/IGesimPaymaster.sol";

/// @title Fees, relayers, and the way to the Safe. See {IFeeTreasury}.
contract FeeTreasury is IFeeTreasury, AccessControl, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice May set duties and what they share.
    bytes32 public constant GOVERNOR = keccak256("GOVERNOR");
    /// @notice May pay for work that no contract sees.
    bytes32 public constant OPERATOR = keccak256("OPERATOR");
    uint256 private constant BPS = 10_000;

    IERC20 public immutable usdc;
    /// @notice Where fees end: a Safe.
    address public immutable safe;
    ICarrierRegistry public immutable carriers;
    IGesimPaymaster public immutable paymaster;
    uint40 public immutable unbondingSeconds;

    uint64 public minimumBond;
    uint64 public dailyBudget;
    uint64 public float;
    uint16 public marginShareBps;
    address public gasTank;
    /// @notice Off-ramp requests so far.
    uint256 public requestCount;
    /// @inheritdoc IFeeTreasury
    uint256 public totalOwed;
    /// @inheritdoc IFeeTreasury
    uint256 public totalBonds;
    /// @inheritdoc IFeeTreasury
    mapping(address who => uint64) public owedTo;
    mapping(uint32 duty => Duty) private _duties;
    mapping(uint32 duty => Turn) private _turns;
    mapping(address relayer => Bond) private _bonds;
    mapping(bytes32 ref => bool) private _paid;
    mapping(uint256 day => uint256) private _spent;

    constructor(
        IERC20 usdc_,
        address safe_,
        ICarrierRegistry carriers_,
        IGesimPaymaster paymaster_,
        uint40 unbondingSeconds_,
        address governor,
        address operator
    ) {
        require(safe_ != address(0) && governor != address(0), FeeTreasury_ZeroAddress());
        usdc = usdc_;
        safe = safe_;
        carriers = carriers_;
        paymaster = paymaster_;
        unbondingSeconds = unbondingSeconds_;
        _grantRole(DEFAULT_ADMIN_ROLE, governor);
        _grantRole(GOVERNOR, governor);
        _grantRole(OPERATOR, operator);
    }

    /// @inheritdoc IFeeTreasury
    function setDuty(uint32 duty, Duty calldata wanted) external onlyRole(GOVERNOR) {
        // A call from here to the token could spend bonds; to ourselves, be anything.
        require(
            wanted.target != address(this) && wanted.target != address(usdc)
                && (wanted.price == 0 || wanted.windowSeconds != 0),
            FeeTreasury_InvalidDuty(duty)
        );
        _duties[duty] = wanted;
        if (_turns[duty].lastAt == 0) _turns[duty].lastAt = uint40(block.timestamp);
        emit DutySet(duty, wanted.target, wanted.selector, wanted.price, wanted.windowSeconds);
    }

    /// @inheritdoc IFeeTreasury
    function setSettings(
        uint64 minimumBond_,
        uint64 dailyBudget_,
        uint64 float_,
        uint16 marginShareBps_,
        address gasTank_
    ) external onlyRole(GOVERNOR) {
        require(marginShareBps_ <= BPS, FeeTreasury_InvalidShare(marginShareBps_));
        require(gasTank_ != address(0), FeeTreasury_ZeroAddress());
        (minimumBond, dailyBudget, float) = (minimumBond_, dailyBudget_, float_);
        (marginShareBps, gasTank) = (marginShareBps_, gasTank_);
        emit SettingsChanged(minimumBond_, dailyBudget_, float_, marginShareBps_, gasTank_);
    }

    /// @inheritdoc IFeeTreasury
    function addBond(uint64 amount) external nonReentrant {
        require(amount != 0, FeeTreasury_ZeroAmount());
        Bond storage bond = _bonds[msg.sender];
        bond.amount += amount;
        bond.leavingAt = 0;
        totalBonds += amount;
        emit BondAdded(msg.sender, amount, bond.amount);
        usdc.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IFeeTreasury
    function leave() external {
        Bond storage bond = _bonds[msg.sender];
        require(bond.amount != 0 && bond.leavingAt == 0, FeeTreasury_NotBonded(msg.sender));
        bond.leavingAt = uint40(block.timestamp) + unbondingSeconds;
        emit BondLeaving(msg.sender, bond.leavingAt);
    }

    /// @inheritdoc IFeeTreasury
    function withdrawBond() external nonReentrant returns (uint64 amount) {
        Bond memory bond = _bonds[msg.sender];
        require(bond.leavingAt != 0, FeeTreasury_NotBonded(msg.sender));
        require(block.timestamp >= bond.leavingAt, FeeTreasury_StillBonded(block.timestamp, bond.leavingAt));
        amount = bond.amount;
        delete _bonds[msg.sender];
        totalBonds -= amount;
        emit BondWithdrawn(msg.sender, amount);
        usdc.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IFeeTreasury
    function relay(uint32 duty, bytes calldata data) external nonReentrant returns (bytes memory result) {
        Duty memory wanted = _duties[duty];
        require(wanted.price != 0 && wanted.target != address(0), FeeTreasury_UnknownDuty(duty));
        bytes4 selector = data.length < 4 ? bytes4(0) : bytes4(data[:4]);
        require(selector == wanted.selector, FeeTreasury_WrongFunction(selector, wanted.selector));
        _takeTurn(duty, wanted);
        _credit(duty, msg.sender, wanted.price, bytes32(0));
        result = Address.functionCall(wanted.target, data);
        if (wanted.mustReturn) {
            require(result.length >= 32 && bytes32(result) != 0, FeeTreasury_NothingDone(duty));
        }
    }

    /// @inheritdoc IFeeTreasury
    function payRelayer(address relayer, uint32 duty, bytes32 ref) external onlyRole(OPERATOR) {
        Duty memory wanted = _duties[duty];
        require(wanted.price != 0 && wanted.target == address(0), FeeTreasury_UnknownDuty(duty));
        require(isBonded(relayer), FeeTreasury_NotBonded(relayer));
        bytes32 work = keccak256(abi.encode(duty, ref));
        require(!_paid[work], FeeTreasury_AlreadyPaid(ref));
        _paid[work] = true;
        _credit(duty, relayer, wanted.price, ref);
    }

    /// @inheritdoc IFeeTreasury
    function collect() external nonReentrant returns (uint64 amount) {
        // Bonds are others' money: fees that are not there yet are waited for.
        uint256 available = usdc.balanceOf(address(this)) - totalBonds;
        amount = uint64(Math.min(owedTo[msg.sender], available));
        require(amount != 0, FeeTreasury_ZeroAmount());
        owedTo[msg.sender] -= amount;
        totalOwed -= amount;
        emit Collected(msg.sender, amount);
        usdc.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IFeeTreasury
    function shareGas() external nonReentrant returns (uint64 revenue) {
        require(gasTank != address(0), FeeTreasury_ZeroAddress());
        // Before the sweep: the margin in the revenue is taken to be at today's rate, since the till keeps one sum.
        uint256 marginBps = paymaster.till().marginBps;
        revenue = paymaster.sweepFees();
        uint256 margin = (uint256(revenue) * marginBps) / (BPS + marginBps);
        uint64 toTreasury = uint64((margin * marginShareBps) / BPS);
        owedTo[gasTank] += revenue - toTreasury;
        totalOwed += revenue - toTreasury;
        emit GasShared(revenue, toTreasury, revenue - toTreasury);
    }

    /// @inheritdoc IFeeTreasury
    function sweep() external nonReentrant returns (uint256 amount) {
        amount = sweepable();
        require(amount != 0, FeeTreasury_ZeroAmount());
        emit Swept(amount, safe);
        usdc.safeTransfer(safe, amount);
    }

    /// @inheritdoc IFeeTreasury
    function requestOffRamp(uint32 carrierId, uint256 amount, bytes32 beneficiaryRef)
        external
        returns (uint256 requestId)
    {
        ICarrierRegistry.Carrier memory carrier = carriers.carrier(carrierId);
        bool changed = carrier.payoutFrom != 0 && carrier.payoutFrom <= block.timestamp;
        address payout = changed ? carrier.nextPayout : carrier.payout;
        require(msg.sender == carrier.admin || msg.sender == payout, FeeTreasury_NotCarrier(msg.sender, carrierId));
        require(amount != 0 && beneficiaryRef != 0, FeeTreasury_ZeroAmount());
        requestId = ++requestCount;
        emit OffRampRequested(carrierId, requestId, amount, beneficiaryRef);
    }

    /// @inheritdoc IFeeTreasury
    function dutyOf(uint32 duty) external view returns (Duty memory, Turn memory) {
        return (_duties[duty], _turns[duty]);
    }

    /// @inheritdoc IFeeTreasury
    function bondOf(address relayer) external view returns (Bond memory) {
        return _bonds[relayer];
    }

    /// @inheritdoc IFeeTreasury
    function sweepable() public view returns (uint256) {
        uint256 kept = totalBonds + totalOwed + float;
        uint256 balance = usdc.balanceOf(address(this));
        return balance > kept ? balance - kept : 0;
    }

    /// @inheritdoc IFeeTreasury
    function isBonded(address relayer) public view returns (bool) {
        Bond memory bond = _bonds[relayer];
        return bond.amount != 0 && bond.amount >= minimumBond && bond.leavingAt == 0;
    }

    /// @dev The caller's turn, or nobody's, or a window was missed; a bonded caller has the duty from then on.
    function _takeTurn(uint32 duty, Duty memory wanted) private {
        Turn memory turn = _turns[duty];
        _turns[duty].lastAt = uint40(block.timestamp);
        if (turn.relayer == msg.sender) return;
        if (turn.relayer != address(0) && isBonded(turn.relayer)) {
            uint256 until = uint256(turn.lastAt) + wanted.windowSeconds;
            require(block.timestamp > until, FeeTreasury_NotYourTurn(turn.relayer, until));
            _punish(duty, turn.relayer, wanted.penalty);
        }
        if (!isBonded(msg.sender)) return;
        _turns[duty].relayer = msg.sender;
        emit DutyTaken(duty, msg.sender, turn.relayer);
    }

    function _punish(uint32 duty, address relayer, uint64 penalty) private {
        Bond storage bond = _bonds[relayer];
        uint64 taken = uint64(Math.min(penalty, bond.amount));
        bond.amount -= taken;
        totalBonds -= taken;
        owedTo[msg.sender] += taken;
        totalOwed += taken;
        emit WindowMissed(duty, relayer, taken);
    }

    function _credit(uint32 duty, address relayer, uint64 price, bytes32 ref) private {
        uint256 today = block.timestamp / 1 days;
        uint256 spent = _spent[today] + price;
        require(spent <= dailyBudget, FeeTreasury_BudgetSpent(spent, dailyBudget));
        _spent[today] = spent;
        owedTo[relayer] += price;
        totalOwed += price;
        emit RelayerPaid(duty, relayer, price, ref);
    }
}
