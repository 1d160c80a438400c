// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccount} from "../interfaces/IGesimAccount.sol";
import {SignerBytes} from "../libraries/SignerBytes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Who signs for an account
/// @dev The first signers are hashes behind the clone's code: reading them costs a fifth of a storage slot and writing
/// them a third. Storage knows only what changed since.
abstract contract AccountSigners is IGesimAccount {
    /// @dev One slot, read by every validation.
    /// @param generation Recoveries so far. A signer belongs to one generation; the first ones to generation zero.
    /// @param firstRemoved Bit i is set when first signer i was removed.
    /// @param added Signers of this generation that storage knows.
    /// @param recoveryDueAt When the recovery under way can be finished, or zero.
    /// @param recoveryNonce Requests for recovery so far.
    struct Change {
        uint32 generation;
        uint16 firstRemoved;
        uint8 added;
        uint48 recoveryDueAt;
        uint64 recoveryNonce;
    }

    /// @custom:storage-location erc7201:gesim.account
    struct Store {
        Change change;
        bytes32 recovererId;
        bytes32 recoveryTo;
        mapping(uint256 generation => mapping(bytes32 id => bool)) signers;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("gesim.account")) - 1)) & ~bytes32(uint256(0xff)). A delegated address
    /// may have been delegated to other code before, so slot zero is not ours.
    bytes32 private constant STORE = 0x2f3c71f290eee1262fdb5c83aeb3e4cc43277d0876bff0eb9acd98574919bc00;

    /// @dev EIP-1167 code, behind which the ids lie.
    uint256 private constant CLONE_CODE_LENGTH = 0x2d;
    /// @dev `0xef0100 | address`: what an address with a key carries once it has delegated itself.
    uint256 private constant DELEGATION_LENGTH = 23;

    uint256 private constant BIT = 1;

    address private immutable _self = address(this);

    function _store() internal pure returns (Store storage store) {
        assembly ("memory-safe") {
            store.slot := STORE
        }
    }

    function _isSigner(bytes32 id) internal view returns (bool) {
        if (_isOwnKey(id)) return true;
        Store storage store = _store();
        Change memory change = store.change;
        if (change.generation == 0) {
            (bool found, uint256 at) = _firstIndex(id);
            if (found && change.firstRemoved & (BIT << at) == 0) return true;
        }
        return store.signers[change.generation][id];
    }

    function _signerCount() internal view returns (uint256 count) {
        Change memory change = _store().change;
        count = change.added;
        if (_isDelegated()) return count + 1;
        if (change.generation != 0) return count;
        uint256 first = _firstCount();
        for (uint256 i = 0; i < first; ++i) {
            if (change.firstRemoved & (BIT << i) == 0) ++count;
        }
    }

    function _addSigner(bytes memory signer) internal {
        SignerBytes.requireSafe(signer, address(this));
        bytes32 id = SignerBytes.idOf(signer);
        require(!_isSigner(id), GesimAccount_SignerExists(signer));
        Store storage store = _store();
        uint32 generation = store.change.generation;
        (bool found, uint256 at) = generation == 0 ? _firstIndex(id) : (false, 0);
        if (found) {
            store.change.firstRemoved &= ~uint16(BIT << at);
        } else {
            store.signers[generation][id] = true;
            ++store.change.added;
        }
        uint256 count = _signerCount();
        require(count <= SignerBytes.MOST, GesimAccount_TooManySigners(count, SignerBytes.MOST));
        emit SignerAdded(signer);
    }

    function _removeSigner(bytes memory signer) internal {
        bytes32 id = SignerBytes.idOf(signer);
        require(_isSigner(id) && !_isOwnKey(id), GesimAccount_NoSuchSigner(signer));
        Store storage store = _store();
        uint32 generation = store.change.generation;
        if (store.signers[generation][id]) {
            delete store.signers[generation][id];
            --store.change.added;
        } else {
            (, uint256 at) = _firstIndex(id);
            store.change.firstRemoved |= uint16(BIT << at);
        }
        require(_signerCount() != 0, GesimAccount_LastSigner());
        emit SignerRemoved(signer);
    }

    /// @dev Never reverts on a malformed signature: validation must fail instead.
    function _isSignedByOne(bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signature.length == 65) {
            (address recovered, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signature);
            return fault == ECDSA.RecoverError.NoError && _isSigner(keccak256(abi.encodePacked(recovered)));
        }
        if (signature.length < 2) return false;
        uint256 end = 2 + uint256(uint16(bytes2(signature)));
        if (signature.length < end) return false;
        bytes calldata signer = signature[2:end];
        return _isSigner(keccak256(signer)) && SignatureChecker.isValidSignatureNow(signer, digest, signature[end:]);
    }

    /// @dev Whether this is the key of an address that delegated itself to this code.
    function _isOwnKey(bytes32 id) private view returns (bool) {
        return _isDelegated() && id == keccak256(abi.encodePacked(address(this)));
    }

    function _isDelegated() private view returns (bool) {
        return address(this).code.length == DELEGATION_LENGTH;
    }

    function _firstCount() private view returns (uint256) {
        // The implementation itself is nobody's account.
        uint256 length = address(this).code.length;
        if (address(this) == _self || length < CLONE_CODE_LENGTH) return 0;
        // The factory allows no more; a clone that somebody made otherwise must not have signers that cannot be removed.
        return Math.min((length - CLONE_CODE_LENGTH) / 32, SignerBytes.MOST);
    }

    function _firstIndex(bytes32 id) private view returns (bool found, uint256 at) {
        uint256 count = _firstCount();
        bytes memory ids = new bytes(count * 32);
        assembly ("memory-safe") {
            extcodecopy(address(), add(ids, 32), CLONE_CODE_LENGTH, mul(count, 32))
        }
        for (at = 0; at < count; ++at) {
            bytes32 first;
            assembly ("memory-safe") {
                first := mload(add(add(ids, 32), mul(at, 32)))
            }
            if (first == id) return (true, at);
        }
        return (false, 0);
    }
}
