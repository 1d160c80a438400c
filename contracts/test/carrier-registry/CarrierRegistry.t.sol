// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CarrierRegistry} from "../../src/CarrierRegistry.sol";
import {ICarrierRegistry} from "../../src/interfaces/ICarrierRegistry.sol";
import {IFrozenBooks} from "../../src/interfaces/IFrozenBooks.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

/// @dev Stands where Settlement stands: it remembers which books it was told are frozen.
contract FrozenBooks is IFrozenBooks {
    mapping(uint32 book => uint32) public frozenFrom;

    function freeze(uint32 book, uint32 epoch) external {
        frozenFrom[book] = epoch;
    }
}

contract CarrierRegistryTest is Test {
    CarrierRegistry internal registry;
    FrozenBooks internal frozen;
    address internal owner = makeAddr("owner");
    address internal registrar = makeAddr("registrar");
    address internal admin = makeAddr("carrier admin");
    address internal payout = makeAddr("payout");
    address internal key = makeAddr("key");
    address internal stranger = makeAddr("stranger");
    uint48 internal constant DELAY = 2 days;
    uint8 internal constant PROVISIONING = 1;
    uint8 internal constant USAGE = 2;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new CarrierRegistry(DELAY, owner, registrar);
        frozen = new FrozenBooks();
    }

    modifier givenACarrier() {
        vm.prank(registrar);
        registry.registerCarrier(admin, payout, "document");
        _;
    }

    modifier givenABook() {
        vm.prank(admin);
        registry.openBook(1);
        _;
    }

    function _notAdmin() internal view returns (bytes memory) {
        return abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_NotAdmin.selector, stranger, admin);
    }

    function _now() internal view returns (uint48) {
        return uint48(block.timestamp);
    }

    function test_Carriers_SetFrozenBooks_RevertWhen_NotGovernor() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, bytes32(0))
        );
        vm.prank(stranger);
        registry.setFrozenBooks(frozen);
    }

    function test_Carriers_SetFrozenBooks_RevertGiven_Set() public {
        vm.startPrank(owner);
        registry.setFrozenBooks(frozen);
        vm.expectRevert(
            abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_FrozenBooksSet.selector, address(frozen))
        );
        registry.setFrozenBooks(frozen);
    }

    function test_Carriers_SetFrozenBooks_Sets() public {
        vm.prank(owner);
        registry.setFrozenBooks(frozen);
        assertEq(address(registry.frozenBooks()), address(frozen));
    }

    function test_Carriers_RegisterCarrier_RevertWhen_NotRegistrar() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, registry.REGISTRAR()
            )
        );
        vm.prank(stranger);
        registry.registerCarrier(admin, payout, "document");
    }

    function test_Carriers_RegisterCarrier_RevertWhen_ZeroAddress() public {
        vm.startPrank(registrar);
        vm.expectRevert(ICarrierRegistry.CarrierRegistry_ZeroAddress.selector);
        registry.registerCarrier(address(0), payout, "document");
        vm.expectRevert(ICarrierRegistry.CarrierRegistry_ZeroAddress.selector);
        registry.registerCarrier(admin, address(0), "document");
    }

    function test_Carriers_RegisterCarrier_Numbers() public {
        vm.startPrank(registrar);
        vm.expectEmit(address(registry));
        emit ICarrierRegistry.CarrierRegistered(1, admin, payout, "document");
        assertEq(registry.registerCarrier(admin, payout, "document"), 1);
        assertEq(registry.registerCarrier(admin, payout, "document"), 2);
        assertEq(registry.carrierCount(), 2);
        ICarrierRegistry.Carrier memory carrier = registry.carrier(1);
        assertEq(carrier.admin, admin);
        assertEq(carrier.payout, payout);
        assertEq(carrier.metadata, "document");
    }

    function test_Carriers_SetAdmin_RevertWhen_UnknownCarrier() public {
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownCarrier.selector, 7));
        registry.setAdmin(7, stranger);
    }

    function test_Carriers_SetAdmin_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.setAdmin(1, stranger);
    }

    function test_Carriers_SetAdmin_RevertWhen_ZeroAddress() public givenACarrier {
        vm.expectRevert(ICarrierRegistry.CarrierRegistry_ZeroAddress.selector);
        vm.prank(admin);
        registry.setAdmin(1, address(0));
    }

    function test_Carriers_SetAdmin_HandsOver() public givenACarrier {
        vm.prank(admin);
        registry.setAdmin(1, stranger);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_NotAdmin.selector, admin, stranger));
        vm.prank(admin);
        registry.openBook(1);
        vm.prank(stranger);
        assertEq(registry.openBook(1), 1);
    }

    function test_Carriers_SetMetadata_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.setMetadata(1, "other");
    }

    function test_Carriers_SetMetadata_Sets() public givenACarrier {
        vm.expectEmit(address(registry));
        emit ICarrierRegistry.MetadataChanged(1, "other");
        vm.prank(admin);
        registry.setMetadata(1, "other");
        assertEq(registry.carrier(1).metadata, "other");
    }

    function test_Carriers_OpenBook_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.openBook(1);
    }

    function test_Carriers_OpenBook_RevertGiven_SixteenBooks() public givenACarrier {
        vm.startPrank(admin);
        for (uint256 i = 0; i < 16; ++i) {
            registry.openBook(1);
        }
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_TooManyBooks.selector, 17, 16));
        registry.openBook(1);
    }

    function test_Carriers_OpenBook_RevertGiven_TreeFull() public givenACarrier {
        // bookCount shares the slot after the roles' mapping with carrierCount.
        bytes32 slot = bytes32(uint256(1));
        vm.store(address(registry), slot, bytes32(uint256(vm.load(address(registry), slot)) | 4_095));
        assertEq(registry.bookCount(), 4_095);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_TooManyBooks.selector, 4_096, 4_095));
        vm.prank(admin);
        registry.openBook(1);
    }

    function test_Carriers_OpenBook_Numbers() public givenACarrier {
        vm.prank(registrar);
        registry.registerCarrier(stranger, payout, "document");
        vm.prank(admin);
        assertEq(registry.openBook(1), 1);
        vm.prank(stranger);
        assertEq(registry.openBook(2), 2);
        vm.prank(admin);
        assertEq(registry.openBook(1), 3);
        assertEq(registry.carrierOf(2), 2);
        assertEq(registry.carrierOf(4), 0);
        assertEq(registry.booksOf(1).length, 2);
        assertEq(registry.booksOf(1)[1], 3);
        assertEq(registry.payoutOf(3), payout);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownBook.selector, 4));
        registry.payoutOf(4);
    }

    function test_Carriers_AddKey_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.addKey(1, PROVISIONING, key, _now(), _now() + 1);
    }

    function test_Carriers_AddKey_RevertWhen_UnknownRole() public givenACarrier {
        vm.startPrank(admin);
        for (uint8 role = 0; role < 4; role += 3) {
            vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_UnknownRole.selector, role));
            registry.addKey(1, role, key, _now(), _now() + 1);
        }
    }

    function test_Carriers_AddKey_RevertWhen_InvalidKey() public givenACarrier {
        vm.startPrank(admin);
        vm.expectRevert(
            abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_InvalidKey.selector, key, _now(), _now())
        );
        registry.addKey(1, USAGE, key, _now(), _now());
        vm.expectRevert(
            abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_InvalidKey.selector, address(0), _now(), _now() + 1)
        );
        registry.addKey(1, USAGE, address(0), _now(), _now() + 1);
    }

    function test_Carriers_AddKey_RevertGiven_KeyExists() public givenACarrier {
        vm.startPrank(admin);
        registry.addKey(1, USAGE, key, _now(), _now() + 1);
        bytes memory exists = abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_KeyExists.selector, 1, USAGE, key);
        vm.expectRevert(exists);
        registry.addKey(1, USAGE, key, _now(), _now() + 9);
        registry.revokeKey(1, USAGE, key);
        vm.expectRevert(exists);
        registry.addKey(1, USAGE, key, _now(), _now() + 9);
    }

    function testFuzz_Carriers_AddKey_SignsInItsWindow(uint48 from, uint48 until, uint48 at)
        public
        givenACarrier
        givenABook
    {
        vm.assume(from < until);
        vm.prank(admin);
        registry.addKey(1, PROVISIONING, key, from, until);
        bool inWindow = from <= at && at < until;
        assertEq(registry.isKey(1, PROVISIONING, key, at), inWindow);
        assertEq(registry.isBookKey(1, PROVISIONING, key, at), inWindow);
        assertFalse(registry.isKey(1, USAGE, key, at));
        assertFalse(registry.isKey(2, PROVISIONING, key, at));
        assertFalse(registry.isBookKey(2, PROVISIONING, key, at));
    }

    function test_Carriers_RevokeKey_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.revokeKey(1, USAGE, key);
    }

    function test_Carriers_RevokeKey_RevertGiven_NoSuchKey() public givenACarrier {
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_NoSuchKey.selector, 1, USAGE, key));
        registry.revokeKey(1, USAGE, key);
        registry.addKey(1, USAGE, key, _now(), _now() + 1);
        registry.revokeKey(1, USAGE, key);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_NoSuchKey.selector, 1, USAGE, key));
        registry.revokeKey(1, USAGE, key);
    }

    function test_Carriers_RevokeKey_EndsNow() public givenACarrier {
        vm.startPrank(admin);
        registry.addKey(1, USAGE, key, _now() - 100, _now() + 100);
        registry.revokeKey(1, USAGE, key);
        assertTrue(registry.isKey(1, USAGE, key, _now() - 1));
        assertFalse(registry.isKey(1, USAGE, key, _now()));
        assertEq(registry.keyOf(1, USAGE, key).revokedAt, _now());
    }

    function test_Carriers_SetPayout_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.setPayout(1, stranger);
    }

    function test_Carriers_SetPayout_RevertWhen_ZeroAddress() public givenACarrier {
        vm.expectRevert(ICarrierRegistry.CarrierRegistry_ZeroAddress.selector);
        vm.prank(admin);
        registry.setPayout(1, address(0));
    }

    function test_Carriers_SetPayout_RevertGiven_BookFrozen() public givenACarrier givenABook {
        vm.prank(owner);
        registry.setFrozenBooks(frozen);
        frozen.freeze(1, 12);
        vm.expectRevert(abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_PayoutFrozen.selector, 1, 1));
        vm.prank(admin);
        registry.setPayout(1, stranger);
    }

    function test_Carriers_SetPayout_AfterTheDelay() public givenACarrier givenABook {
        vm.prank(admin);
        registry.setPayout(1, stranger);
        assertEq(registry.payoutOf(1), payout);
        skip(DELAY - 1);
        assertEq(registry.payoutOf(1), payout);
        skip(1);
        assertEq(registry.payoutOf(1), stranger);
    }

    function test_Carriers_SetPayout_Again() public givenACarrier givenABook {
        vm.startPrank(admin);
        registry.setPayout(1, stranger);
        skip(DELAY - 1);
        registry.setPayout(1, key);
        skip(DELAY - 1);
        assertEq(registry.payoutOf(1), payout);
        skip(1);
        assertEq(registry.payoutOf(1), key);
        registry.setPayout(1, admin);
        assertEq(registry.payoutOf(1), key);
    }

    function test_Carriers_CancelPayout_RevertWhen_NotAdmin() public givenACarrier {
        vm.expectRevert(_notAdmin());
        vm.prank(stranger);
        registry.cancelPayout(1);
    }

    function test_Carriers_CancelPayout_RevertGiven_NoChange() public givenACarrier {
        bytes memory none = abi.encodeWithSelector(ICarrierRegistry.CarrierRegistry_NoPayoutChange.selector, 1);
        vm.startPrank(admin);
        vm.expectRevert(none);
        registry.cancelPayout(1);
        registry.setPayout(1, stranger);
        skip(DELAY);
        vm.expectRevert(none);
        registry.cancelPayout(1);
    }

    function test_Carriers_CancelPayout_KeepsTheOldOne() public givenACarrier givenABook {
        vm.startPrank(admin);
        registry.setPayout(1, stranger);
        registry.cancelPayout(1);
        skip(DELAY);
        assertEq(registry.payoutOf(1), payout);
    }
}
