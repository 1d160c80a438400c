// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestors} from "./IAttestors.sol";
import {IAVSRegistrar} from "./IEigenLayer.sol";

/// @title Attestors whose stake lies in EigenLayer
/// @notice Takes the place of {IAttestorRegistry} in front of settlement: the same committees, weights and slashes, with
/// stake that operators allocate to this service's operator set. This contract is the service (AVS), its own registrar, and
/// the recipient of what is slashed, so that challengers are rewarded and travellers made good as with our own stake.
/// @dev An operator registers with the key its attestor signs epochs with. Committees know attestors by that key. Weights
/// are what stays slashable until `horizonBlocks` from now at least, in the token of the one strategy, USDC.
interface IRestakedAttestors is IAttestors, IAVSRegistrar {
    /// @notice What a slash brought, until EigenLayer hands it out.
    /// @param challenger Who is rewarded; the zero address for nobody.
    /// @param amount What EigenLayer said was taken, in micro-USDC.
    struct Slash {
        address challenger;
        uint96 amount;
    }

    event AttestorRegistered(address indexed attestor, address indexed operator);
    event AttestorDeregistered(address indexed attestor, address indexed operator);
    event SlashCollected(uint256 indexed slashId, uint96 amount, address challenger, uint96 reward);

    /// @notice Only EigenLayer's allocation manager says who comes and goes.
    error RestakedAttestors_NotAllocationManager(address caller);
    /// @notice Another service, or an operator set that this one does not have.
    error RestakedAttestors_UnknownSet(address avs);
    /// @notice The key has another operator, or the operator another key.
    error RestakedAttestors_KeyTaken(address attestor);
    /// @notice The key did not sign that it attests for the operator.
    error RestakedAttestors_InvalidKeySignature(address attestor);
    /// @notice No operator attests with that key, nor did.
    error RestakedAttestors_UnknownAttestor(address attestor);
    /// @notice No slash of that number waits.
    error RestakedAttestors_UnknownSlash(uint256 slashId);
    /// @notice EigenLayer holds what was slashed back for now.
    error RestakedAttestors_NothingArrived(uint256 slashId);
    /// @notice The strategy's token is not the money of settlement.
    error RestakedAttestors_WrongToken(address token);

    /// @notice Introduces the service to EigenLayer and makes its operator set. Once, by the administrator.
    /// @param metadataUri Where EigenLayer's directory reads about the service.
    function open(string calldata metadataUri) external;

    /// @notice Brings in what a slash took, rewards the challenger, keeps the rest as reserve. Anyone may call it.
    function collect(uint256 slashId) external returns (uint96 amount);

    /// @notice The operator of an attestor's key; zero when unknown.
    function operatorOf(address attestor) external view returns (address);

    /// @notice The key of a registered operator; zero when there is none.
    function attestorOf(address operator) external view returns (address);

    /// @notice The EIP-712 digest that an attestor's key signs to attest for an operator.
    function keyDigest(address operator) external view returns (bytes32);
}
