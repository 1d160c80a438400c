// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICarrierRegistry} from "./interfaces/ICarrierRegistry.sol";
import {IFrozenBooks} from "./interfaces/IFrozenBooks.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @title Who the carriers are, which keys sign for them, and where they are paid. See {ICarrierRegistry}.
contract CarrierRegistry is ICarrierRegistry, AccessControl {
    /// @notice May register carriers.
    bytes32 public constant REGISTRAR = keccak256("REGISTRAR");
    uint8 public constant PROVISIONING = 1;
    uint8 public constant USAGE = 2;
    /// @notice Twelve bits of a position in the settlement tree name the book, and book 0 is none.
    uint32 public constant MAX_BOOKS = 4_095;
    uint32 public constant MAX_BOOKS_PER_CARRIER = 16;

    /// @inheritdoc ICarrierRegistry
    uint48 public immutable payoutDelay;
    /// @inheritdoc ICarrierRegistry
    uint32 public bookCount;
    /// @inheritdoc ICarrierRegistry
    uint32 public carrierCount;
    /// @notice Who knows which books are frozen (Settlement); the zero address until it is set, once.
    IFrozenBooks public frozenBooks;

    mapping(uint32 carrierId => Carrier) private _carriers;
    mapping(uint32 carrierId => uint32[]) private _booksOf;
    mapping(uint32 book => uint32 carrierId) private _carrierOf;
    mapping(uint32 carrierId => mapping(uint8 role => mapping(address key => Key))) private _keys;

    modifier onlyAdmin(uint32 carrierId) {
        address admin = _known(carrierId).admin;
        require(msg.sender == admin, CarrierRegistry_NotAdmin(msg.sender, admin));
        _;
    }

    constructor(uint48 payoutDelay_, address admin, address registrar) {
        payoutDelay = payoutDelay_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(REGISTRAR, registrar);
    }

    /// @notice Names the contract that knows frozen books. Only the registry's admin, once.
    function setFrozenBooks(IFrozenBooks frozenBooks_) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(address(frozenBooks) == address(0), CarrierRegistry_FrozenBooksSet(address(frozenBooks)));
        frozenBooks = frozenBooks_;
    }

    /// @inheritdoc ICarrierRegistry
    function registerCarrier(address admin, address payout, bytes32 metadata)
        external
        onlyRole(REGISTRAR)
        returns (uint32 carrierId)
    {
        require(admin != address(0) && payout != address(0), CarrierRegistry_ZeroAddress());
        carrierId = ++carrierCount;
        Carrier storage record = _carriers[carrierId];
        record.admin = admin;
        record.payout = payout;
        record.metadata = metadata;
        emit CarrierRegistered(carrierId, admin, payout, metadata);
    }

    /// @inheritdoc ICarrierRegistry
    function setAdmin(uint32 carrierId, address admin) external onlyAdmin(carrierId) {
        require(admin != address(0), CarrierRegistry_ZeroAddress());
        _carriers[carrierId].admin = admin;
        emit AdminChanged(carrierId, admin);
    }

    /// @inheritdoc ICarrierRegistry
    function setMetadata(uint32 carrierId, bytes32 metadata) external onlyAdmin(carrierId) {
        _carriers[carrierId].metadata = metadata;
        emit MetadataChanged(carrierId, metadata);
    }

    /// @inheritdoc ICarrierRegistry
    function openBook(uint32 carrierId) external onlyAdmin(carrierId) returns (uint32 book) {
        uint32 own = ++_carriers[carrierId].books;
        require(own <= MAX_BOOKS_PER_CARRIER, CarrierRegistry_TooManyBooks(own, MAX_BOOKS_PER_CARRIER));
        book = ++bookCount;
        require(book <= MAX_BOOKS, CarrierRegistry_TooManyBooks(book, MAX_BOOKS));
        _carrierOf[book] = carrierId;
        _booksOf[carrierId].push(book);
        emit BookOpened(carrierId, book);
    }

    /// @inheritdoc ICarrierRegistry
    function addKey(uint32 carrierId, uint8 role, address key, uint48 validFrom, uint48 validUntil)
        external
        onlyAdmin(carrierId)
    {
        require(role == PROVISIONING || role == USAGE, CarrierRegistry_UnknownRole(role));
        require(key != address(0) && validFrom < validUntil, CarrierRegistry_InvalidKey(key, validFrom, validUntil));
        Key storage record = _keys[carrierId][role][key];
        require(record.validUntil == 0, CarrierRegistry_KeyExists(carrierId, role, key));
        record.validFrom = validFrom;
        record.validUntil = validUntil;
        emit KeyAdded(carrierId, role, key, validFrom, validUntil);
    }

    /// @inheritdoc ICarrierRegistry
    function revokeKey(uint32 carrierId, uint8 role, address key) external onlyAdmin(carrierId) {
        Key storage record = _keys[carrierId][role][key];
        require(record.validUntil != 0 && record.revokedAt == 0, CarrierRegistry_NoSuchKey(carrierId, role, key));
        record.revokedAt = uint48(block.timestamp);
        emit KeyRevoked(carrierId, role, key, uint48(block.timestamp));
    }

    /// @inheritdoc ICarrierRegistry
    function setPayout(uint32 carrierId, address payout) external onlyAdmin(carrierId) {
        require(payout != address(0), CarrierRegistry_ZeroAddress());
        _requireNoneFrozen(carrierId);
        Carrier storage record = _carriers[carrierId];
        // A change that has taken effect becomes the base of the next one.
        record.payout = _payoutOf(record);
        uint48 effectiveAt = uint48(block.timestamp) + payoutDelay;
        record.nextPayout = payout;
        record.payoutFrom = effectiveAt;
        emit PayoutChangeRequested(carrierId, payout, effectiveAt);
    }

    /// @inheritdoc ICarrierRegistry
    function cancelPayout(uint32 carrierId) external onlyAdmin(carrierId) {
        Carrier storage record = _carriers[carrierId];
        require(
            record.payoutFrom != 0 && block.timestamp < record.payoutFrom, CarrierRegistry_NoPayoutChange(carrierId)
        );
        emit PayoutChangeCancelled(carrierId, record.nextPayout);
        record.payoutFrom = 0;
        record.nextPayout = address(0);
    }

    /// @inheritdoc ICarrierRegistry
    function isKey(uint32 carrierId, uint8 role, address key, uint48 at) public view returns (bool) {
        Key memory record = _keys[carrierId][role][key];
        return record.validFrom <= at && at < record.validUntil && (record.revokedAt == 0 || at < record.revokedAt);
    }

    /// @inheritdoc ICarrierRegistry
    function isBookKey(uint32 book, uint8 role, address key, uint48 at) external view returns (bool) {
        uint32 carrierId = _carrierOf[book];
        return carrierId != 0 && isKey(carrierId, role, key, at);
    }

    /// @inheritdoc ICarrierRegistry
    function carrierOf(uint32 book) external view returns (uint32) {
        return _carrierOf[book];
    }

    /// @inheritdoc ICarrierRegistry
    function payoutOf(uint32 book) external view returns (address) {
        uint32 carrierId = _carrierOf[book];
        require(carrierId != 0, CarrierRegistry_UnknownBook(book));
        return _payoutOf(_carriers[carrierId]);
    }

    /// @inheritdoc ICarrierRegistry
    function carrier(uint32 carrierId) external view returns (Carrier memory) {
        return _known(carrierId);
    }

    /// @inheritdoc ICarrierRegistry
    function booksOf(uint32 carrierId) external view returns (uint32[] memory) {
        return _booksOf[carrierId];
    }

    /// @inheritdoc ICarrierRegistry
    function keyOf(uint32 carrierId, uint8 role, address key) external view returns (Key memory) {
        return _keys[carrierId][role][key];
    }

    function _requireNoneFrozen(uint32 carrierId) private view {
        IFrozenBooks frozen = frozenBooks;
        if (address(frozen) == address(0)) return;
        uint32[] storage books = _booksOf[carrierId];
        for (uint256 i = 0; i < books.length; ++i) {
            require(frozen.frozenFrom(books[i]) == 0, CarrierRegistry_PayoutFrozen(carrierId, books[i]));
        }
    }

    function _known(uint32 carrierId) private view returns (Carrier storage record) {
        record = _carriers[carrierId];
        require(record.admin != address(0), CarrierRegistry_UnknownCarrier(carrierId));
    }

    function _payoutOf(Carrier storage record) private view returns (address) {
        uint48 from = record.payoutFrom;
        return from != 0 && from <= block.timestamp ? record.nextPayout : record.payout;
    }
}
