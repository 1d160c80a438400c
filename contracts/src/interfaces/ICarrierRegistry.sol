// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who the carriers are, which keys sign for them, and where they are paid
/// @notice A carrier is a number with an admin. It opens books (a book is a carrier's account in the settlement tree),
/// names keys for one of two roles each, and is paid to one address, whose change takes effect after a delay.
/// @dev Assumptions on keys: a key is an address; it signs by ECDSA, or by ERC-1271 when it has code. Nothing here
/// holds money. Book numbers start at 1 and are never reused; 0 means "no book".
interface ICarrierRegistry {
    /// @notice A carrier. Two storage slots beside `metadata`.
    /// @param admin Who may open books, change keys and the payout. Slot 1.
    /// @param books How many books the carrier has opened. Slot 1.
    /// @param payout Where claims of its books go. Slot 2.
    /// @param payoutFrom When `nextPayout` takes effect, in seconds since 1970; 0 when no change is under way. Slot 2.
    /// @param nextPayout The payout address from `payoutFrom` on. Slot 3.
    /// @param metadata Hash of a public document about the carrier: no personal data. Slot 4.
    struct Carrier {
        address admin;
        uint32 books;
        address payout;
        uint48 payoutFrom;
        address nextPayout;
        bytes32 metadata;
    }

    /// @notice The life of a key in one role, in seconds since 1970. One storage slot.
    /// @param validFrom First second in which a signature counts.
    /// @param validUntil First second in which it no longer counts.
    /// @param revokedAt When it was revoked; 0 when it was not.
    struct Key {
        uint48 validFrom;
        uint48 validUntil;
        uint48 revokedAt;
    }

    event CarrierRegistered(uint32 indexed carrierId, address indexed admin, address payout, bytes32 metadata);
    event AdminChanged(uint32 indexed carrierId, address indexed admin);
    event MetadataChanged(uint32 indexed carrierId, bytes32 metadata);
    event BookOpened(uint32 indexed carrierId, uint32 indexed book);
    event KeyAdded(
        uint32 indexed carrierId, uint8 indexed role, address indexed key, uint48 validFrom, uint48 validUntil
    );
    event KeyRevoked(uint32 indexed carrierId, uint8 indexed role, address indexed key, uint48 revokedAt);
    event PayoutChangeRequested(uint32 indexed carrierId, address payout, uint48 effectiveAt);
    event PayoutChangeCancelled(uint32 indexed carrierId, address payout);

    /// @notice Only the carrier's admin may do this.
    error CarrierRegistry_NotAdmin(address caller, address admin);
    /// @notice No carrier has this number.
    error CarrierRegistry_UnknownCarrier(uint32 carrierId);
    /// @notice No book has this number.
    error CarrierRegistry_UnknownBook(uint32 book);
    /// @notice The settlement tree has room for 4,095 books, a carrier for 16 of them.
    error CarrierRegistry_TooManyBooks(uint32 books, uint32 most);
    /// @notice A role is PROVISIONING (1) or USAGE (2).
    error CarrierRegistry_UnknownRole(uint8 role);
    /// @notice A key needs an address and a window that is not empty.
    error CarrierRegistry_InvalidKey(address key, uint48 validFrom, uint48 validUntil);
    /// @notice This key already had this role. A revoked key never returns: name a new one.
    error CarrierRegistry_KeyExists(uint32 carrierId, uint8 role, address key);
    /// @notice This key does not have this role, or was revoked before.
    error CarrierRegistry_NoSuchKey(uint32 carrierId, uint8 role, address key);
    /// @notice The zero address can be neither admin nor payout.
    error CarrierRegistry_ZeroAddress();
    /// @notice No change of the payout address is under way.
    error CarrierRegistry_NoPayoutChange(uint32 carrierId);
    /// @notice A book of the carrier is frozen: its payout address cannot change until the fault is resolved.
    error CarrierRegistry_PayoutFrozen(uint32 carrierId, uint32 book);

    /// @notice The contract that knows frozen books is set once.
    error CarrierRegistry_FrozenBooksSet(address frozenBooks);

    /// @notice Role of keys that sign provisioning receipts: 1.
    function PROVISIONING() external view returns (uint8);

    /// @notice Role of keys that sign usage records and close consents: 2.
    function USAGE() external view returns (uint8);

    /// @notice Seconds between asking for a new payout address and its taking effect.
    function payoutDelay() external view returns (uint48);

    /// @notice Registers a carrier.
    /// @dev Only the registrar: book numbers are scarce (12 bits), so registration is not open to spam.
    /// @param admin Who governs the carrier's books, keys and payout. Not the zero address.
    /// @param payout Where its claims are paid, at once (no delay for the first one). Not the zero address.
    /// @param metadata Hash of a public document about the carrier.
    /// @return carrierId Its number, from 1.
    function registerCarrier(address admin, address payout, bytes32 metadata) external returns (uint32 carrierId);

    /// @notice Hands the carrier to another admin. Only the admin.
    function setAdmin(uint32 carrierId, address admin) external;

    /// @notice Points to a newer public document. Only the admin.
    function setMetadata(uint32 carrierId, bytes32 metadata) external;

    /// @notice Opens the carrier's next book. Only the admin. A book holds 2^20 intents; open another before that.
    /// @return book Its number, from 1, at most 4,095 over all carriers.
    function openBook(uint32 carrierId) external returns (uint32 book);

    /// @notice Names a key for a role and a window of time. Only the admin.
    /// @dev Reverts if the key ever had the role: revocation is for good.
    function addKey(uint32 carrierId, uint8 role, address key, uint48 validFrom, uint48 validUntil) external;

    /// @notice Ends a key's role now. Only the admin. Signatures dated before now stay valid: what was signed was signed.
    function revokeKey(uint32 carrierId, uint8 role, address key) external;

    /// @notice Asks for a new payout address, effective after `payoutDelay`. Only the admin. A second request restarts
    /// the delay. Reverts while one of the carrier's books is frozen, so that a thief of the admin key cannot run with
    /// money that is being disputed.
    function setPayout(uint32 carrierId, address payout) external;

    /// @notice Takes back a request for a new payout address before it takes effect. Only the admin.
    function cancelPayout(uint32 carrierId) external;

    /// @notice Whether a key signs for a carrier in a role at a time.
    /// @param at Seconds since 1970; usually the time that the signed statement claims, never later than now.
    function isKey(uint32 carrierId, uint8 role, address key, uint48 at) external view returns (bool);

    /// @notice The same for the carrier of a book, in one call. False for an unknown book.
    function isBookKey(uint32 book, uint8 role, address key, uint48 at) external view returns (bool);

    /// @notice The carrier of a book; 0 when the book does not exist.
    function carrierOf(uint32 book) external view returns (uint32 carrierId);

    /// @notice Where a claim of the book is paid now. Reverts for an unknown book.
    function payoutOf(uint32 book) external view returns (address payout);

    /// @notice How many books exist: they are numbered 1 to this.
    function bookCount() external view returns (uint32);

    /// @notice How many carriers exist: they are numbered 1 to this.
    function carrierCount() external view returns (uint32);

    /// @notice The whole record of a carrier. Reverts for an unknown one.
    function carrier(uint32 carrierId) external view returns (Carrier memory);

    /// @notice The books of a carrier, in the order in which they were opened.
    function booksOf(uint32 carrierId) external view returns (uint32[] memory books);

    /// @notice The life of a key in a role; all zero when it never had it.
    function keyOf(uint32 carrierId, uint8 role, address key) external view returns (Key memory);
}
