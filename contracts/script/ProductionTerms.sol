// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a real chain starts with
/// @dev The same figures as `PRODUCTION_PARAMETERS` of `@gesim/contracts/deploy`; a test deploys with these and compares.
library ProductionTerms {
    uint16 internal constant FEE_BPS = 100;
    uint64 internal constant DEPOSIT_LIMIT = 500e6;
    uint40 internal constant EXIT = 72 hours;
    uint40 internal constant COUNTER = 24 hours;
    uint40 internal constant OUTFLOW = 24 hours;
    uint16 internal constant OUTFLOW_BPS = 2_000;
    uint64 internal constant OUTFLOW_FLOOR = 1_000e6;

    uint40 internal constant EPOCH = 24 hours;
    uint40 internal constant POSTING = 30 minutes;
    uint40 internal constant FAST = 1 hours;
    uint40 internal constant SLOW = 48 hours;
    uint16 internal constant QUORUM_BPS = 6_667;
    uint16 internal constant FAST_SHARE_BPS = 5_000;

    uint96 internal constant MINIMUM_STAKE = 10_000e6;
    uint48 internal constant UNBONDING = 14 days;
    uint48 internal constant PAYOUT_DELAY = 48 hours;
    uint48 internal constant RECOVERY_DELAY = 72 hours;

    uint32 internal constant RATE_LIFE = 24 hours;
    uint16 internal constant GAS_MARGIN_BPS = 1_000;
    uint256 internal constant PAYMASTER_DEPOSIT = 0.1 ether;
    uint256 internal constant PAYMASTER_STAKE = 0.1 ether;
    uint32 internal constant PAYMASTER_UNSTAKE = 24 hours;

    uint40 internal constant POOL_QUEUE = 48 hours;
    uint40 internal constant POOL_OPEN = 24 hours;
    uint40 internal constant POOL_CLAIM = 24 hours;
    uint40 internal constant POOL_PATIENCE = 7 days;
    uint16 internal constant POOL_JUNIOR_BPS = 2_000;
    uint16 internal constant POOL_MAX_DISCOUNT_BPS = 100;
    uint64 internal constant POOL_MAX_ASSETS = 100_000e6;

    uint64 internal constant RELAYER_BOND = 500e6;
    uint40 internal constant RELAYER_UNBONDING = 7 days;
    uint64 internal constant RELAYER_DAILY_BUDGET = 50e6;
    uint64 internal constant FEE_FLOAT = 100e6;
    uint16 internal constant MARGIN_SHARE_BPS = 5_000;
    uint64 internal constant POST_EPOCH_PRICE = 0.5e6;
    uint64 internal constant SETTLE_PRICE = 0.1e6;
}
