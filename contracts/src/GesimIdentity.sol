// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimIdentity} from "./interfaces/IGesimIdentity.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title The soulbound token of a traveller. See {IGesimIdentity}.
contract GesimIdentity is IGesimIdentity, ERC721, AccessControl {
    /// @notice May mint, revoke and pardon.
    bytes32 public constant ISSUER = keccak256("ISSUER");

    bytes4 private constant ERC5192_ID = 0xb45a3c0e;
    bytes4 private constant ERC5484_ID = 0x0489b56f;

    mapping(uint256 tokenId => bytes32) private _commitments;
    mapping(address account => bool) private _revoked;

    constructor(address admin, address issuer) ERC721("GeSIM Identity", "GESIM-ID") {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(ISSUER, issuer);
    }

    /// @inheritdoc IGesimIdentity
    function mint(address account, bytes32 commitment) external onlyRole(ISSUER) returns (uint256 tokenId) {
        require(commitment != 0, GesimIdentity_EmptyCommitment());
        require(!_revoked[account], GesimIdentity_Revoked(account));
        tokenId = uint160(account);
        require(_ownerOf(tokenId) == address(0), GesimIdentity_AlreadyIssued(account));
        _commitments[tokenId] = commitment;
        // Not `_safeMint`: the account may have no code yet, and a hook would only add a way to fail.
        _mint(account, tokenId);
        emit Locked(tokenId);
        emit Issued(address(0), account, tokenId, BurnAuth.Both);
    }

    /// @inheritdoc IGesimIdentity
    function burn(uint256 tokenId) external {
        address account = _requireOwned(tokenId);
        bool byHolder = msg.sender == account;
        require(byHolder || hasRole(ISSUER, msg.sender), GesimIdentity_NotBurner(msg.sender, tokenId));
        delete _commitments[tokenId];
        if (!byHolder) _revoked[account] = true;
        _burn(tokenId);
        emit Burned(account, tokenId, !byHolder);
    }

    /// @inheritdoc IGesimIdentity
    function pardon(address account) external onlyRole(ISSUER) {
        delete _revoked[account];
    }

    /// @inheritdoc IGesimIdentity
    function isEntitled(address account) external view returns (bool) {
        return _ownerOf(uint160(account)) != address(0);
    }

    /// @inheritdoc IGesimIdentity
    function isRevoked(address account) external view returns (bool) {
        return _revoked[account];
    }

    /// @inheritdoc IGesimIdentity
    function commitmentOf(uint256 tokenId) external view returns (bytes32) {
        _requireOwned(tokenId);
        return _commitments[tokenId];
    }

    /// @inheritdoc IGesimIdentity
    function didOf(address account) public view returns (string memory) {
        return
            string.concat("did:pkh:eip155:", Strings.toString(block.chainid), ":", Strings.toChecksumHexString(account));
    }

    /// @inheritdoc IGesimIdentity
    function locked(uint256 tokenId) external view returns (bool) {
        _requireOwned(tokenId);
        return true;
    }

    /// @inheritdoc IGesimIdentity
    function burnAuth(uint256 tokenId) external view returns (BurnAuth) {
        _requireOwned(tokenId);
        return BurnAuth.Both;
    }

    /// @notice The DID document of the account, as a data URI. did:pkh needs no registry: the document follows from the
    /// account's address, and its key is checked through ERC-1271.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        string memory did = didOf(_requireOwned(tokenId));
        string memory blockchainAccountId = string.concat(
            "eip155:", Strings.toString(block.chainid), ":", Strings.toChecksumHexString(address(uint160(tokenId)))
        );
        bytes memory document = abi.encodePacked(
            '{"@context":["https://www.w3.org/ns/did/v1","https://w3id.org/security/suites/secp256k1recovery-2020/v2"],"id":"',
            did,
            '","verificationMethod":[{"id":"',
            did,
            '#blockchainAccountId","type":"EcdsaSecp256k1RecoveryMethod2020","controller":"',
            did,
            '","blockchainAccountId":"',
            blockchainAccountId,
            '"}],"authentication":["',
            did,
            '#blockchainAccountId"],"assertionMethod":["',
            did,
            '#blockchainAccountId"]}'
        );
        return string.concat("data:application/did+ld+json;base64,", Base64.encode(document));
    }

    /// @notice Reverts: the token is bound to its account.
    function approve(address, uint256 tokenId) public pure override {
        revert GesimIdentity_Soulbound(tokenId);
    }

    /// @notice Reverts: the token is bound to its account.
    function setApprovalForAll(address, bool) public view override {
        revert GesimIdentity_Soulbound(uint160(msg.sender));
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, AccessControl) returns (bool) {
        return interfaceId == ERC5192_ID || interfaceId == ERC5484_ID || ERC721.supportsInterface(interfaceId)
            || AccessControl.supportsInterface(interfaceId);
    }

    /// @dev A move from one holder to another is the only change that is neither issue nor burn.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        from = super._update(to, tokenId, auth);
        require(from == address(0) || to == address(0), GesimIdentity_Soulbound(tokenId));
    }
}
