// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The soulbound token of a traveller
/// @notice One token per account, minted by the operator when someone signs in, never transferable (ERC-5192), burnable
/// by its holder or its issuer (ERC-5484 `Both`). It says "this account belongs to someone who signed in here" and
/// nothing else: the only datum is a salted commitment that nobody can turn back into a person.
/// @dev tokenId = uint160(account), so that one account has at most one token and the id needs no lookup. The token may be
/// minted to an address without code: an account is deployed with its first operation.
interface IGesimIdentity {
    /// @notice Who may burn a token (ERC-5484).
    enum BurnAuth {
        IssuerOnly,
        OwnerOnly,
        Both,
        Neither
    }

    /// @notice A token was issued (ERC-5484).
    event Issued(address indexed from, address indexed to, uint256 indexed tokenId, BurnAuth burnAuth);
    /// @notice A token is bound to its account (ERC-5192). Emitted once, at mint; no token is ever unlocked.
    event Locked(uint256 tokenId);
    /// @notice Part of ERC-5192; never emitted.
    event Unlocked(uint256 tokenId);
    /// @notice A token was burned, by its holder or by the issuer (`revoked`).
    event Burned(address indexed account, uint256 indexed tokenId, bool revoked);

    /// @notice The token is bound to its account.
    error GesimIdentity_Soulbound(uint256 tokenId);
    /// @notice Only the holder or the issuer may burn.
    error GesimIdentity_NotBurner(address caller, uint256 tokenId);
    /// @notice The issuer revoked this account's token: only the issuer can lift that, with `pardon`.
    error GesimIdentity_Revoked(address account);
    /// @notice The account has its token.
    error GesimIdentity_AlreadyIssued(address account);
    /// @notice A commitment of zero commits to nothing.
    error GesimIdentity_EmptyCommitment();

    /// @notice Issues the account's token. Only the issuer. Reverts if it has one or was revoked.
    /// @param account The holder; may have no code yet.
    /// @param commitment Salted hash; the salt never goes on chain.
    /// @return tokenId uint160(account).
    function mint(address account, bytes32 commitment) external returns (uint256 tokenId);

    /// @notice Burns a token. The holder may, at any time; a new one can be issued afterwards. The issuer may too, which
    /// revokes the account.
    function burn(uint256 tokenId) external;

    /// @notice Lets a revoked account hold a token again. Only the issuer.
    function pardon(address account) external;

    /// @notice Whether the account holds a token: it may buy here.
    function isEntitled(address account) external view returns (bool);

    /// @notice Whether the issuer burned the account's token and has not pardoned it.
    function isRevoked(address account) external view returns (bool);

    /// @notice The commitment of a token. Reverts when the token does not exist.
    function commitmentOf(uint256 tokenId) external view returns (bytes32);

    /// @notice The account's decentralised identifier, `did:pkh:eip155:<chain>:<account>`.
    function didOf(address account) external view returns (string memory);

    /// @notice Always true for a token that exists (ERC-5192).
    function locked(uint256 tokenId) external view returns (bool);

    /// @notice Always `Both` for a token that exists (ERC-5484).
    function burnAuth(uint256 tokenId) external view returns (BurnAuth);
}
