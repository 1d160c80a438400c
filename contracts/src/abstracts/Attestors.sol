// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestors} from "../interfaces/IAttestors.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Committees, and where slashed money goes, for whoever keeps the stake. See {IAttestors}.
abstract contract Attestors is IAttestors, AccessControl {
    using Checkpoints for Checkpoints.Trace208;
    using SafeERC20 for IERC20;

    /// @notice May rotate the committee.
    bytes32 public constant GOVERNOR = keccak256("GOVERNOR");
    /// @notice May slash: the contracts that prove faults, never a person.
    bytes32 public constant SLASHER = keccak256("SLASHER");
    uint256 public constant MAX_COMMITTEE = 32;
    /// @notice The challenger's share of a slash.
    uint256 public constant REWARD_BPS = 4_000;
    /// @notice The most a challenger earns by one slash: 10,000 USDC.
    uint96 public constant MAX_REWARD = 10_000e6;

    IERC20 public immutable usdc;
    address public immutable treasury;
    /// @inheritdoc IAttestors
    uint96 public immutable minimumStake;

    /// @notice Taken by slashes and not yet swept to the treasury.
    uint96 public reserve;
    /// @notice Rewards of challengers that were not fetched yet.
    uint96 public rewardsOwed;
    /// @inheritdoc IAttestors
    mapping(address challenger => uint96) public rewardOf;

    /// @notice The newest committee. One storage slot, so that an ordinary epoch reads nothing else.
    struct Seated {
        address store;
        uint48 since;
        uint32 version;
    }

    /// @dev A committee is stored as code, one word a member: address (20 bytes), then weight (12). Reading 32 members
    /// costs one cold account, not 32 cold slots.
    mapping(uint32 version => address) private _committees;
    Checkpoints.Trace208 private _versions;
    Seated private _seated;

    constructor(IERC20 usdc_, address treasury_, uint96 minimumStake_, address admin, address governor) {
        usdc = usdc_;
        treasury = treasury_;
        minimumStake = minimumStake_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GOVERNOR, governor);
    }

    /// @inheritdoc IAttestors
    function rotateCommittee(address[] calldata attestors) external onlyRole(GOVERNOR) returns (uint32 version) {
        uint256 size = attestors.length;
        require(size != 0 && size <= MAX_COMMITTEE, AttestorRegistry_CommitteeSize(size, MAX_COMMITTEE));
        uint96[] memory weights = new uint96[](size);
        address previous;
        for (uint256 i = 0; i < size; ++i) {
            address attestor = attestors[i];
            require(previous < attestor, AttestorRegistry_NotAscending(previous, attestor));
            previous = attestor;
            weights[i] = stakeOf(attestor);
            require(weights[i] >= minimumStake, AttestorRegistry_BelowMinimum(attestor, weights[i], minimumStake));
        }
        return _rotate(attestors, weights);
    }

    /// @inheritdoc IAttestors
    function payRestitution(address to, uint96 amount) external onlyRole(SLASHER) returns (uint96 paid) {
        paid = amount < reserve ? amount : reserve;
        if (paid == 0) return 0;
        reserve -= paid;
        usdc.safeTransfer(to, paid);
        emit RestitutionPaid(to, paid);
    }

    /// @inheritdoc IAttestors
    function claimReward() external returns (uint96 amount) {
        amount = rewardOf[msg.sender];
        require(amount != 0, AttestorRegistry_NoReward(msg.sender));
        delete rewardOf[msg.sender];
        rewardsOwed -= amount;
        usdc.safeTransfer(msg.sender, amount);
        emit RewardClaimed(msg.sender, amount);
    }

    /// @inheritdoc IAttestors
    function sweepReserve() external returns (uint96 amount) {
        amount = reserve;
        require(amount != 0, AttestorRegistry_ZeroAmount());
        reserve = 0;
        usdc.safeTransfer(treasury, amount);
        emit ReserveSwept(amount, treasury);
    }

    /// @inheritdoc IAttestors
    function committeeVersion() public view returns (uint32) {
        return _seated.version;
    }

    /// @inheritdoc IAttestors
    function committeeVersionAt(uint48 at) external view returns (uint32) {
        return uint32(_versions.upperLookupRecent(at));
    }

    /// @inheritdoc IAttestors
    function committeeOf(uint32 version) public view returns (address[] memory attestors, uint96[] memory weights) {
        uint256[] memory members = _members(version);
        attestors = new address[](members.length);
        weights = new uint96[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            attestors[i] = address(uint160(members[i] >> 96));
            weights[i] = uint96(members[i]);
        }
    }

    /// @inheritdoc IAttestors
    function committeeAt(uint48 at) external view returns (uint32 version, address store) {
        Seated memory seated = _seated;
        (version, store) = (seated.version, seated.store);
        if (at < seated.since) {
            version = uint32(_versions.upperLookupRecent(at));
            store = _committees[version];
        }
        require(store != address(0), AttestorRegistry_UnknownCommittee(version));
    }

    /// @inheritdoc IAttestors
    function weightOf(uint32 version, address attestor) external view returns (uint96) {
        uint256[] memory members = _members(version);
        for (uint256 i = 0; i < members.length; ++i) {
            if (address(uint160(members[i] >> 96)) == attestor) return uint96(members[i]);
        }
        return 0;
    }

    /// @inheritdoc IAttestors
    function stakeOf(address attestor) public view virtual returns (uint96);

    /// @dev Shares out what a slash brought: the challenger's part, and the reserve.
    function _credit(uint96 amount, address challenger) internal returns (uint96 reward) {
        if (challenger != address(0)) {
            reward = uint96(Math.min(uint256(amount) * REWARD_BPS / 10_000, MAX_REWARD));
            rewardOf[challenger] += reward;
            rewardsOwed += reward;
        }
        reserve += amount - reward;
    }

    /// @dev After a member of the current committee lost stake: the same committee with lower weights, without members
    /// below the minimum. Weights that grew wait for a proper rotation.
    function _reweigh(address attestor) internal {
        uint32 version = committeeVersion();
        if (version == 0) return;
        uint256[] memory members = _members(version);
        address[] memory attestors = new address[](members.length);
        uint96[] memory weights = new uint96[](members.length);
        uint256 kept = 0;
        bool changed = false;
        for (uint256 i = 0; i < members.length; ++i) {
            address member = address(uint160(members[i] >> 96));
            uint96 weight = uint96(members[i]);
            if (member == attestor) {
                uint96 staked = stakeOf(member);
                if (staked >= weight) return;
                changed = true;
                if (staked < minimumStake) continue;
                weight = staked;
            }
            attestors[kept] = member;
            weights[kept] = weight;
            ++kept;
        }
        if (!changed) return;
        assembly ("memory-safe") {
            mstore(attestors, kept)
            mstore(weights, kept)
        }
        _rotate(attestors, weights);
    }

    function _rotate(address[] memory attestors, uint96[] memory weights) private returns (uint32 version) {
        version = committeeVersion() + 1;
        uint256[] memory members = new uint256[](attestors.length);
        uint96 total = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            members[i] = uint256(uint160(attestors[i])) << 96 | weights[i];
            total += weights[i];
        }
        address store = CodeStore.write(members);
        _committees[version] = store;
        _versions.push(uint48(block.timestamp), version);
        _seated = Seated(store, uint48(block.timestamp), version);
        emit CommitteeRotated(version, attestors, weights, total);
    }

    function _members(uint32 version) private view returns (uint256[] memory) {
        address store = _committees[version];
        require(store != address(0), AttestorRegistry_UnknownCommittee(version));
        return CodeStore.read(store);
    }
}
