// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who pays for a traveller's gas, and from what
/// @notice An ERC-4337 paymaster (EntryPoint v0.8, staked). An operation names its purse in the first byte of the
/// paymaster data:
/// - SPONSORED (0): the operator pays, within the account's budget and while the sponsor pool lasts. Needs the operator's
///   signature, which is how targets are limited: `0x00 | validAfter:6 | validUntil:6 | signature`.
/// - CREDIT (1): the account pays with USDC that anyone may have topped up. Needs no signature and works when the
///   operator is gone: `0x01`.
/// The charge is the gas in USDC at the stored rate plus a margin, rounded up, and is earned by the treasury.
/// @dev Money: `USDC balance >= sponsorPool + revenue + every account's credit`. A budget is a limit, not money. Amounts are
/// micro-USDC. In validation only storage of this contract is read and written (allowed for a staked paymaster) and no
/// time is read: expiry of budget and rate are returned to the EntryPoint as `validUntil`.
interface IGesimPaymaster {
    /// @notice An account's purses. One storage slot.
    /// @param budgetMicros What the operator will still pay for this account.
    /// @param budgetValidUntil When the budget ends, in seconds since 1970.
    /// @param creditMicros The account's own prepaid money.
    struct Purse {
        uint64 budgetMicros;
        uint48 budgetValidUntil;
        uint64 creditMicros;
    }

    /// @notice What all operations share. One storage slot.
    /// @param sponsorPoolMicros Money that pays for sponsored operations.
    /// @param revenueMicros Charged and not yet swept to the treasury.
    /// @param microsPerEther The rate in use.
    /// @param rateValidUntil When the rate is too old, in seconds since 1970.
    /// @param marginBps Margin on top of the gas, in basis points.
    struct Till {
        uint64 sponsorPoolMicros;
        uint64 revenueMicros;
        uint64 microsPerEther;
        uint40 rateValidUntil;
        uint16 marginBps;
    }

    /// @notice A gift of the operator to accounts with an identity, each once.
    /// @param amountMicros Added to an account's budget.
    /// @param limit How many accounts may take it.
    /// @param taken How many have.
    /// @param validUntil Until when it can be taken, in seconds since 1970; spent until then or as long as the budget lasts already.
    struct Promotion {
        uint64 amountMicros;
        uint32 limit;
        uint32 taken;
        uint48 validUntil;
    }

    event PromotionSet(bytes32 indexed promotion, uint64 amountMicros, uint32 limit, uint48 validUntil);
    event PromotionTaken(bytes32 indexed promotion, address indexed account, uint64 amountMicros);
    event BudgetSet(address indexed account, uint64 amountMicros, uint48 validUntil);
    event CreditAdded(address indexed account, address indexed from, uint64 amountMicros);
    event CreditWithdrawn(address indexed account, address to, uint64 amountMicros);
    event SponsorPoolFunded(address indexed from, uint64 amountMicros);
    event SponsorPoolDrawn(address to, uint64 amountMicros);
    event RateRefreshed(uint64 microsPerEther, uint40 validUntil);
    event MarginSet(uint16 marginBps);
    event SponsorSignerSet(address indexed signer);
    event TreasurySet(address indexed treasury);
    /// @notice Gas was paid for an account. `costMicros` and `marginMicros` together are the charge; `kind` is the purse.
    event GasCharged(
        bytes32 indexed userOpHash,
        address indexed account,
        uint256 gasCostWei,
        uint64 costMicros,
        uint64 marginMicros,
        uint8 kind
    );
    event FeesSwept(uint64 amount, address to);

    /// @notice The purse does not cover the most this operation may cost.
    error GesimPaymaster_InsufficientFunds(address account, uint8 kind, uint256 neededMicros, uint256 availableMicros);
    /// @notice The sponsor pool does not cover the most this operation may cost: the operator must fund it.
    error GesimPaymaster_SponsorPoolEmpty(uint256 neededMicros, uint256 availableMicros);
    /// @notice The first byte of the paymaster data is neither SPONSORED (0) nor CREDIT (1).
    error GesimPaymaster_UnknownKind(bytes paymasterData);
    /// @notice No rate was ever read from the oracle.
    error GesimPaymaster_NoRate();
    /// @notice The promotion is unknown, over, or taken by as many as it was for.
    error GesimPaymaster_PromotionOver(bytes32 promotion, uint32 taken, uint32 limit, uint48 validUntil);
    /// @notice The account has taken this promotion.
    error GesimPaymaster_PromotionTaken(bytes32 promotion, address account);
    /// @notice The account holds no identity: promotions are for people who signed in.
    error GesimPaymaster_NotEntitled(address account);
    /// @notice More than the margin may be.
    error GesimPaymaster_MarginTooHigh(uint16 marginBps, uint16 most);
    /// @notice An amount of zero changes nothing.
    error GesimPaymaster_ZeroAmount();
    /// @notice The zero address cannot be used here.
    error GesimPaymaster_ZeroAddress();

    /// @notice Sets what the operator will pay for an account, until when. Replaces what was left. Only the operator.
    function setBudget(address account, uint64 amountMicros, uint48 validUntil) external;

    /// @notice Sets or ends (a limit of zero) a promotion. Who took it stays counted. Only the operator.
    function setPromotion(bytes32 promotion, uint64 amountMicros, uint32 limit, uint48 validUntil) external;

    /// @notice Adds a promotion to an account's budget: once, while it lasts, if the account is entitled. Anyone may, for
    /// any account. A budget that has expired counts nothing; the later of both ends holds for the sum.
    function takePromotion(bytes32 promotion, address account) external;

    /// @notice Adds USDC of the caller (needs an allowance) to an account's credit. Anyone may.
    function topUp(address account, uint64 amountMicros) external;

    /// @notice Takes unused credit out. Only the account itself.
    function withdrawCredit(uint64 amountMicros, address to) external;

    /// @notice Adds USDC of the caller to the sponsor pool: how an operator, or anyone, pays for travellers' gas.
    function fundSponsorPool(uint64 amountMicros) external;

    /// @notice Takes USDC out of the sponsor pool. Only the admin.
    function drawSponsorPool(uint64 amountMicros, address to) external;

    /// @notice Reads the rate from the price oracle again. Anyone may; reverts when the oracle has no good answer, and
    /// the old rate then serves until it expires.
    function refreshRate() external;

    /// @notice Sends what was charged to the treasury. Anyone may.
    function sweepFees() external returns (uint64 amount);

    /// @notice Sets the margin, at most 2,000 basis points. Only the admin.
    function setMargin(uint16 marginBps) external;

    /// @notice Sets whose signature sponsors operations. Only the admin.
    function setSponsorSigner(address signer) external;

    /// @notice Sets where charges go. Only the admin.
    function setTreasury(address treasury) external;

    /// @notice Adds to the deposit at the EntryPoint from which gas is paid. Anyone may.
    function deposit() external payable;

    /// @notice Takes from the deposit at the EntryPoint. Only the admin.
    function withdrawDeposit(address payable to, uint256 amountWei) external;

    /// @notice Adds to the stake at the EntryPoint. Only the admin.
    function addStake(uint32 unstakeDelaySeconds) external payable;

    /// @notice Starts the delay after which the stake can be taken. Only the admin.
    function unlockStake() external;

    /// @notice Takes the stake. Only the admin.
    function withdrawStake(address payable to) external;

    /// @notice An account's purses.
    function purseOf(address account) external view returns (Purse memory);

    /// @notice A promotion; all zero when there is none.
    function promotionOf(bytes32 promotion) external view returns (Promotion memory);

    /// @notice Whether an account has taken a promotion.
    function hasTaken(bytes32 promotion, address account) external view returns (bool);

    /// @notice What all operations share.
    function till() external view returns (Till memory);

    /// @notice The charge for an amount of gas money at the present rate and margin, rounded up.
    function quote(uint256 gasCostWei) external view returns (uint256 costMicros, uint256 marginMicros);
}
