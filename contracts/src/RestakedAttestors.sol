// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Attestors} from "./abstracts/Attestors.sol";
import {IAttestors} from "./interfaces/IAttestors.sol";
import {
    IAllocationManager,
    IAVSRegistrar,
    IStrategy,
    IStrategyManager,
    OperatorSet
} from "./interfaces/IEigenLayer.sol";
import {IRestakedAttestors} from "./interfaces/IRestakedAttestors.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Attestors restaked at EigenLayer. See {IRestakedAttestors}.
contract RestakedAttestors is IRestakedAttestors, Attestors, EIP712 {
    using SafeCast for uint256;

    /// @notice The one operator set of this service.
    uint32 public constant SET = 0;
    bytes32 private constant KEY_TYPEHASH = keccak256("AttestationKey(address operator)");
    /// @dev A basis point as a share of 1e18.
    uint256 private constant WAD_PER_BPS = 1e14;

    IAllocationManager public immutable allocations;
    IStrategyManager public immutable strategies;
    IStrategy public immutable strategy;
    /// @notice Stake counts as weight if it stays slashable this many blocks from now. At least the slow window and the
    /// time for challenges; less than EigenLayer's deallocation delay, beyond which nothing is certain.
    uint32 public immutable horizonBlocks;

    /// @inheritdoc IRestakedAttestors
    mapping(address operator => address) public attestorOf;
    /// @dev Kept after deregistration: a fault may come to light within the deallocation delay.
    mapping(address attestor => address) private _operators;
    mapping(uint256 slashId => Slash) private _slashes;

    constructor(
        IAllocationManager allocations_,
        IStrategyManager strategies_,
        IStrategy strategy_,
        uint32 horizonBlocks_,
        IERC20 usdc_,
        address treasury_,
        uint96 minimumStake_,
        address admin,
        address governor
    ) Attestors(usdc_, treasury_, minimumStake_, admin, governor) EIP712("GeSIM attestors", "1") {
        address token = strategy_.underlyingToken();
        require(token == address(usdc_), RestakedAttestors_WrongToken(token));
        allocations = allocations_;
        strategies = strategies_;
        strategy = strategy_;
        horizonBlocks = horizonBlocks_;
    }

    modifier onlyAllocations(address avs, uint32[] calldata sets) {
        require(msg.sender == address(allocations), RestakedAttestors_NotAllocationManager(msg.sender));
        require(avs == address(this) && sets.length == 1 && sets[0] == SET, RestakedAttestors_UnknownSet(avs));
        _;
    }

    /// @inheritdoc IRestakedAttestors
    function open(string calldata metadataUri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        allocations.updateAVSMetadataURI(address(this), metadataUri);
        allocations.setAVSRegistrar(address(this), address(this));
        IAllocationManager.CreateSetParams[] memory sets = new IAllocationManager.CreateSetParams[](1);
        sets[0] = IAllocationManager.CreateSetParams(SET, _one(address(strategy)));
        allocations.createRedistributingOperatorSets(address(this), sets, _one(address(this)));
    }

    /// @inheritdoc IAVSRegistrar
    /// @param data The attestor's key (address) and its signature of {IRestakedAttestors-keyDigest}, ABI-encoded.
    function registerOperator(address operator, address avs, uint32[] calldata sets, bytes calldata data)
        external
        onlyAllocations(avs, sets)
    {
        address attestor = _keyOf(operator, data);
        attestorOf[operator] = attestor;
        _operators[attestor] = operator;
        emit AttestorRegistered(attestor, operator);
    }

    /// @inheritdoc IAVSRegistrar
    function deregisterOperator(address operator, address avs, uint32[] calldata sets)
        external
        onlyAllocations(avs, sets)
    {
        address attestor = attestorOf[operator];
        require(attestor != address(0), RestakedAttestors_UnknownAttestor(operator));
        delete attestorOf[operator];
        emit AttestorDeregistered(attestor, operator);
        _reweigh(attestor);
    }

    /// @inheritdoc IAttestors
    /// @dev The amount is what EigenLayer says was taken; it arrives with {collect}.
    function slash(address attestor, uint16 bps, bytes4 fault, address challenger)
        external
        onlyRole(SLASHER)
        returns (uint96 amount)
    {
        require(bps != 0 && bps <= 10_000, AttestorRegistry_InvalidShare(bps));
        address operator = _operators[attestor];
        require(operator != address(0), RestakedAttestors_UnknownAttestor(attestor));
        uint256[] memory wads = new uint256[](1);
        wads[0] = bps * WAD_PER_BPS;
        (uint256 slashId, uint256[] memory shares) = allocations.slashOperator(
            address(this),
            IAllocationManager.SlashingParams(operator, SET, _one(address(strategy)), wads, "a fault that code proved")
        );
        amount = strategy.sharesToUnderlyingView(shares[0]).toUint96();
        _slashes[slashId] = Slash(challenger, amount);
        emit Slashed(attestor, fault, amount, challenger, 0);
        _reweigh(attestor);
    }

    /// @inheritdoc IRestakedAttestors
    function collect(uint256 slashId) external returns (uint96 amount) {
        Slash memory taken = _slashes[slashId];
        require(taken.amount != 0, RestakedAttestors_UnknownSlash(slashId));
        // Anyone can have EigenLayer hand it out: then it lies here already, and asking again fails.
        // solhint-disable-next-line no-empty-blocks
        try strategies.clearBurnOrRedistributableShares(OperatorSet(address(this), SET), slashId) {} catch {}
        uint256 arrived = usdc.balanceOf(address(this)) - reserve - rewardsOwed;
        require(arrived != 0, RestakedAttestors_NothingArrived(slashId));
        // What arrived counts, not what was said: shares are rounded on their way to tokens. The rest may follow, or somebody
        // sent a trifle before the money came.
        amount = uint96(arrived < taken.amount ? arrived : taken.amount);
        _slashes[slashId].amount = taken.amount - amount;
        emit SlashCollected(slashId, amount, taken.challenger, _credit(amount, taken.challenger));
    }

    /// @inheritdoc IAVSRegistrar
    function supportsAVS(address avs) external view returns (bool) {
        return avs == address(this);
    }

    /// @inheritdoc IRestakedAttestors
    function operatorOf(address attestor) external view returns (address) {
        return _operators[attestor];
    }

    /// @inheritdoc IRestakedAttestors
    function keyDigest(address operator) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(KEY_TYPEHASH, operator)));
    }

    /// @inheritdoc IAttestors
    /// @dev Zero for an operator that deregistered: it can still be slashed, and no longer vote.
    function stakeOf(address attestor) public view override(Attestors, IAttestors) returns (uint96) {
        address operator = _operators[attestor];
        return operator != address(0) && attestorOf[operator] == attestor ? _slashable(operator) : 0;
    }

    /// @inheritdoc IAttestors
    function slashableOf(address[] calldata attestors) external view returns (uint256 amount) {
        for (uint256 i = 0; i < attestors.length; ++i) {
            address operator = _operators[attestors[i]];
            if (operator != address(0)) amount += _slashable(operator);
        }
    }

    /// @dev The key that an operator brings, once it has shown that it holds it and nobody else has it.
    function _keyOf(address operator, bytes calldata data) private view returns (address attestor) {
        bytes memory signature;
        (attestor, signature) = abi.decode(data, (address, bytes));
        address before = _operators[attestor];
        require(
            attestorOf[operator] == address(0) && (before == address(0) || before == operator),
            RestakedAttestors_KeyTaken(attestor)
        );
        (address signer, ECDSA.RecoverError error,) = ECDSA.tryRecover(keyDigest(operator), signature);
        require(
            error == ECDSA.RecoverError.NoError && signer == attestor, RestakedAttestors_InvalidKeySignature(attestor)
        );
    }

    function _slashable(address operator) private view returns (uint96) {
        uint256[][] memory shares = allocations.getMinimumSlashableStake(
            OperatorSet(address(this), SET),
            _one(operator),
            _one(address(strategy)),
            (block.number + horizonBlocks).toUint32()
        );
        return strategy.sharesToUnderlyingView(shares[0][0]).toUint96();
    }

    function _one(address member) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = member;
    }
}
