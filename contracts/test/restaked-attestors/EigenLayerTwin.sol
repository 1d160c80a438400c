// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAllocationManager, IAVSRegistrar, OperatorSet} from "../../src/interfaces/IEigenLayer.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title What restaked attestors see of EigenLayer, with its order of steps and its refusals
/// @notice One strategy whose shares are worth `rate` / 1e18 of its token; slashing takes a share of the magnitude, marks
/// the shares as redistributable, and anyone has them paid to the recipient, once.
contract EigenLayerTwin is IAllocationManager {
    IERC20 public immutable token;
    uint256 public rate = 1e18;
    bool public holdsBack;
    mapping(address avs => string) public metadataOf;
    mapping(address avs => address) public registrarOf;
    mapping(bytes32 set => address) public recipientOf;
    mapping(bytes32 set => mapping(address operator => uint256)) public allocated;
    mapping(bytes32 set => mapping(address operator => uint256)) public slashableUntil;
    mapping(bytes32 set => uint256) public slashes;
    mapping(bytes32 set => mapping(uint256 slashId => uint256)) public redistributable;
    uint256 public constant DEALLOCATION_BLOCKS = 100_800;

    constructor(IERC20 token_) {
        token = token_;
    }

    // As an operator and its stakers.

    function register(address operator, address avs, uint32 id, uint256 shares, bytes calldata data) external {
        allocated[_key(avs, id)][operator] = shares;
        slashableUntil[_key(avs, id)][operator] = type(uint256).max;
        uint32[] memory ids = new uint32[](1);
        ids[0] = id;
        IAVSRegistrar(registrarOf[avs]).registerOperator(operator, avs, ids, data);
    }

    function deregister(address operator, address avs, uint32 id) external {
        slashableUntil[_key(avs, id)][operator] = block.number + DEALLOCATION_BLOCKS;
        uint32[] memory ids = new uint32[](1);
        ids[0] = id;
        IAVSRegistrar(registrarOf[avs]).deregisterOperator(operator, avs, ids);
    }

    function setRate(uint256 to) external {
        rate = to;
    }

    function setHoldsBack(bool to) external {
        holdsBack = to;
    }

    // As the allocation manager.

    function updateAVSMetadataURI(address avs, string calldata metadataUri) external {
        require(msg.sender == avs, "permission");
        metadataOf[avs] = metadataUri;
    }

    function setAVSRegistrar(address avs, address registrar) external {
        require(msg.sender == avs && IAVSRegistrar(registrar).supportsAVS(avs), "registrar");
        registrarOf[avs] = registrar;
    }

    function createRedistributingOperatorSets(
        address avs,
        CreateSetParams[] calldata params,
        address[] calldata redistributionRecipients
    ) external {
        require(msg.sender == avs && bytes(metadataOf[avs]).length != 0, "no metadata");
        for (uint256 i = 0; i < params.length; ++i) {
            bytes32 key = _key(avs, params[i].operatorSetId);
            require(recipientOf[key] == address(0), "set exists");
            recipientOf[key] = redistributionRecipients[i];
        }
    }

    function slashOperator(address avs, SlashingParams calldata params)
        external
        returns (uint256 slashId, uint256[] memory shares)
    {
        bytes32 key = _key(avs, params.operatorSetId);
        require(msg.sender == avs, "permission");
        require(slashableUntil[key][params.operator] >= block.number, "not slashable");
        require(params.wadsToSlash[0] != 0 && params.wadsToSlash[0] <= 1e18, "wads");
        slashId = ++slashes[key];
        shares = new uint256[](1);
        shares[0] = allocated[key][params.operator] * params.wadsToSlash[0] / 1e18;
        allocated[key][params.operator] -= shares[0];
        redistributable[key][slashId] = shares[0];
    }

    function getMinimumSlashableStake(
        OperatorSet calldata operatorSet,
        address[] calldata operators,
        address[] calldata,
        uint32 futureBlock
    ) external view returns (uint256[][] memory shares) {
        bytes32 key = _key(operatorSet.avs, operatorSet.id);
        shares = new uint256[][](operators.length);
        for (uint256 i = 0; i < operators.length; ++i) {
            shares[i] = new uint256[](1);
            if (slashableUntil[key][operators[i]] >= futureBlock) shares[i][0] = allocated[key][operators[i]];
        }
    }

    // As the strategy manager and the strategy.

    function clearBurnOrRedistributableShares(OperatorSet calldata operatorSet, uint256 slashId)
        external
        returns (uint256[] memory amounts)
    {
        bytes32 key = _key(operatorSet.avs, operatorSet.id);
        uint256 shares = redistributable[key][slashId];
        require(shares != 0 && !holdsBack, "nothing");
        delete redistributable[key][slashId];
        amounts = new uint256[](1);
        amounts[0] = sharesToUnderlyingView(shares);
        require(token.transfer(recipientOf[key], amounts[0]), "transfer");
    }

    function underlyingToken() external view returns (address) {
        return address(token);
    }

    function sharesToUnderlyingView(uint256 shares) public view returns (uint256) {
        return shares * rate / 1e18;
    }

    function _key(address avs, uint32 id) private pure returns (bytes32) {
        return keccak256(abi.encode(avs, id));
    }
}
