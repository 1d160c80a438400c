// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AdvancePool} from "../../src/AdvancePool.sol";
import {PoolParameters} from "../../src/interfaces/IAdvancePool.sol";
import {AdvanceOffer, IReceivables} from "../../src/interfaces/IReceivables.sol";
import {Statements} from "../money/Statements.sol";

/// @notice The money contracts' world with the pool in it: carrier A is paid to its box, a provider has supplied 1,000 USDC.
abstract contract PoolJourney is Statements {
    uint40 internal constant OPEN = 24 hours;
    uint40 internal constant CLAIM = 24 hours;
    uint40 internal constant PATIENCE = 72 hours;
    uint32 internal constant CARRIER_A = 1;

    AdvancePool internal pool;
    IReceivables internal receivables;
    address internal box;
    address internal provider = makeAddr("provider");
    address internal governor = makeAddr("governor");
    address internal guardian = makeAddr("guardian");
    uint256 private _salt;

    function setUp() public virtual override {
        super.setUp();
        pool = AdvancePool(deployCode("AdvancePool.sol", abi.encode(_poolParameters())));
        receivables = pool.receivables();
        carriers.setFrozenBooks(pool);
        box = pool.enrol(CARRIER_A);
        carriers.setPayout(CARRIER_A, box);
        skip(48 hours);
        _supply(provider, 1_000e6);
    }

    function _poolParameters() internal view returns (PoolParameters memory) {
        return PoolParameters({
            escrow: address(escrow),
            governor: governor,
            guardian: guardian,
            queueSeconds: SLOW,
            openSeconds: OPEN,
            claimSeconds: CLAIM,
            patienceSeconds: PATIENCE,
            juniorBps: 2_000,
            maxDiscountBps: 100,
            maxAssets: 100_000e6
        });
    }

    function _supply(address who, uint256 amount) internal returns (uint256 shares) {
        usdc.mint(who, amount);
        vm.startPrank(who);
        usdc.approve(address(pool), amount);
        shares = pool.deposit(amount, who);
        vm.stopPrank();
    }

    /// @dev Three intents of which 40 USDC each are used, in a root that the whole committee signed.
    function _earn() internal returns (uint32 epoch) {
        for (uint256 i = 0; i < 3; ++i) {
            (, bytes32 intentId) = _open(alice, aliceKey, 50e6, 1_000 + _salt++);
            _setLeaf(intentId, 40e6, 1, 0);
        }
        return _postNext(3);
    }

    function _offer(uint32 epoch, uint64 gross) internal view returns (AdvanceOffer memory) {
        return AdvanceOffer(BOOK_A, epoch, gross, 10, uint40(block.timestamp + 1 hours));
    }

    /// @dev Hashed from the type string, not by the contract under test.
    function _offerDigest(AdvanceOffer memory offer) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256("AdvanceOffer(uint32 book,uint32 epoch,uint64 gross,uint16 discountBps,uint40 validUntil)");
        return _typed(keccak256(abi.encode(typeHash, offer)));
    }

    function _advance(AdvanceOffer memory offer) internal returns (uint64) {
        bytes memory signature = _sign(usageKey, _offerDigest(offer));
        return pool.advance(offer, tree.nodeProof(BOOK_A), vm.addr(usageKey), signature);
    }

    /// @dev Signs first: the expected revert is the advance's.
    function _refused(AdvanceOffer memory offer, bytes memory reason) internal {
        bytes memory signature = _sign(usageKey, _offerDigest(offer));
        vm.expectRevert(reason);
        this.advanceAs(offer, signature);
    }

    function advanceAs(AdvanceOffer calldata offer, bytes calldata signature) external {
        pool.advance(offer, tree.nodeProof(BOOK_A), vm.addr(usageKey), signature);
    }

    /// @dev 100 USDC of a claim of 120, for 99.9.
    function _lent() internal returns (uint32 epoch) {
        epoch = _earn();
        _advance(_offer(epoch, 100e6));
    }

    function _freeze(uint32 epoch) internal {
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, bytes4(0xdeadbeef));
    }

    /// @dev An advance whose claim never comes, after all patience.
    function _lost() internal returns (uint32 epoch) {
        epoch = _lent();
        _freeze(epoch);
        pool.impair(BOOK_A, epoch);
        skip(SLOW + CLAIM + PATIENCE + 1);
    }

    function _price() internal view returns (uint256) {
        return ((pool.totalAssets() + 1) * 1e24) / (pool.totalSupply() + 1e6);
    }
}
