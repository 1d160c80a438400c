// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where fees arrive, what relayers are paid from them, and how the rest reaches the Safe
/// @notice The escrow's and the paymaster's fees are sent here. A duty is a call that anybody may make (posting an epoch,
/// settling books) at a fixed price in USDC. It belongs to a bonded relayer; when that one lets a window pass, anyone may do
/// it and is paid, and a bonded one takes it over. Prices are set, not measured: no price feed decides what is paid.
/// @dev Amounts are micro-USDC, times seconds. What is owed is collected by whom it is owed to, so that a blocked address
/// stops nobody. USDC balance >= bonds + owed; the rest above the float belongs to the Safe.
interface IFeeTreasury {
    /// @notice A call and its price.
    /// @param target Whom to call; the zero address for work that no contract sees, paid by the operator's word.
    /// @param selector The function. @param mustReturn Paid only when the call's first result is not zero.
    /// @param price What one is paid. @param penalty What a bonded relayer loses to whoever stands in for it.
    /// @param windowSeconds How long after the last one the duty is its relayer's alone.
    struct Duty {
        address target;
        bytes4 selector;
        bool mustReturn;
        uint40 windowSeconds;
        uint64 price;
        uint64 penalty;
    }

    /// @notice Whose duty it is, and when it was last done.
    struct Turn {
        address relayer;
        uint40 lastAt;
    }

    /// @notice What a relayer put up. @param leavingAt When it can be taken back; 0 while it counts.
    struct Bond {
        uint64 amount;
        uint40 leavingAt;
    }

    event DutySet(uint32 indexed duty, address target, bytes4 selector, uint64 price, uint40 windowSeconds);
    event RelayerPaid(uint32 indexed duty, address indexed relayer, uint64 price, bytes32 ref);
    event DutyTaken(uint32 indexed duty, address indexed relayer, address indexed before);
    event WindowMissed(uint32 indexed duty, address indexed relayer, uint64 penalty);
    event BondAdded(address indexed relayer, uint64 amount, uint64 total);
    event BondLeaving(address indexed relayer, uint40 leavingAt);
    event BondWithdrawn(address indexed relayer, uint64 amount);
    event Collected(address indexed who, uint64 amount);
    event GasShared(uint64 revenue, uint64 toTreasury, uint64 toGasTank);
    event Swept(uint256 amount, address safe);
    event SettingsChanged(uint64 minimumBond, uint64 dailyBudget, uint64 float, uint16 marginShareBps, address gasTank);
    /// @notice A carrier asks for fiat. @param ref Hash of the beneficiary's record: no personal data.
    event OffRampRequested(uint32 indexed carrierId, uint256 indexed requestId, uint256 amount, bytes32 ref);

    error FeeTreasury_ZeroAddress();
    error FeeTreasury_ZeroAmount();
    /// @notice A duty calls neither this contract nor the token, and waits at least a second.
    error FeeTreasury_InvalidDuty(uint32 duty);
    /// @notice Shares are at most 10,000 basis points.
    error FeeTreasury_InvalidShare(uint16 bps);
    /// @notice No such duty, or not one of this kind.
    error FeeTreasury_UnknownDuty(uint32 duty);
    error FeeTreasury_WrongFunction(bytes4 actual, bytes4 expected);
    /// @notice The duty is another's until then.
    error FeeTreasury_NotYourTurn(address relayer, uint256 until);
    /// @notice The call did nothing worth paying for.
    error FeeTreasury_NothingDone(uint32 duty);
    /// @notice The day's budget is spent. The call itself may be made directly, unpaid.
    error FeeTreasury_BudgetSpent(uint256 spent, uint256 budget);
    error FeeTreasury_NotBonded(address relayer);
    /// @notice This piece of work was paid.
    error FeeTreasury_AlreadyPaid(bytes32 ref);
    error FeeTreasury_StillBonded(uint256 now_, uint256 from);
    /// @notice Only the carrier's admin or its payout address (its own Safe) may ask.
    error FeeTreasury_NotCarrier(address caller, uint32 carrierId);

    /// @notice Sets a duty; the price 0 ends it. Only the governor.
    function setDuty(uint32 duty, Duty calldata wanted) external;

    /// @notice Sets what all duties share. Only the governor.
    /// @param minimumBond What a relayer needs to hold a duty. @param dailyBudget The most that is paid in a UTC day.
    /// @param float What `sweep` leaves here. @param marginShareBps The Safe's share of the gas margin.
    /// @param gasTank Who fronts ether for the paymaster: gets the cost of gas and the rest of the margin.
    function setSettings(uint64 minimumBond, uint64 dailyBudget, uint64 float, uint16 marginShareBps, address gasTank)
        external;

    /// @notice Puts up or raises one's bond. A bond that was leaving counts again.
    function addBond(uint64 amount) external;

    /// @notice Announces that one leaves. The duties are anyone's from now on.
    function leave() external;

    /// @notice Takes the bond back after the unbonding time.
    function withdrawBond() external returns (uint64 amount);

    /// @notice Does a duty and is paid for it: calls its target, whose revert is passed on.
    /// @return result What the target answered.
    function relay(uint32 duty, bytes calldata data) external returns (bytes memory result);

    /// @notice Pays a bonded relayer for work that no contract sees. Only the operator; once for a `ref`.
    function payRelayer(address relayer, uint32 duty, bytes32 ref) external;

    /// @notice Collects what is owed to the caller, as far as there is money.
    function collect() external returns (uint64 amount);

    /// @notice Takes the paymaster's revenue and shares it: the margin's share to the Safe, the rest to the gas tank.
    /// @dev Who sweeps the paymaster directly sends all of it to the Safe, whose people then owe the gas tank its part.
    function shareGas() external returns (uint64 revenue);

    /// @notice Sends fees above bonds, debts and the float to the Safe. Anyone may.
    function sweep() external returns (uint256 amount);

    /// @notice Asks for fiat: an event, nothing else. The treasury's people pay by a Safe transaction.
    /// @param beneficiaryRef Hash of the beneficiary's record. @return requestId From 1.
    function requestOffRamp(uint32 carrierId, uint256 amount, bytes32 beneficiaryRef)
        external
        returns (uint256 requestId);

    /// @notice What a sweep would send now.
    function sweepable() external view returns (uint256);
    function dutyOf(uint32 duty) external view returns (Duty memory, Turn memory);
    function bondOf(address relayer) external view returns (Bond memory);
    function isBonded(address relayer) external view returns (bool);
    /// @notice What is owed to one, and to all.
    function owedTo(address who) external view returns (uint64);
    function totalOwed() external view returns (uint256);
    function totalBonds() external view returns (uint256);
}
