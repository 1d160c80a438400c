// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AdvancePool} from "../../src/AdvancePool.sol";
import {AdvanceOffer, PoolParameters} from "../../src/interfaces/IAdvancePool.sol";
import {OddTable} from "./OddTable.sol";

/// @notice The pool at a moment at which all of its money could move: shares that waited, a root to lend on, a debt with
/// money in its box, a bond that nobody needs.
abstract contract OddPoolScene is OddTable {
    uint32 internal constant CARRIER_A = 1;
    uint32 internal constant CARRIER_B = 2;

    AdvancePool internal pool;
    address internal provider;
    address internal boxA;
    address internal boxB;
    uint32 internal epoch;

    function _provider() internal virtual returns (address) {
        return makeAddr("provider");
    }

    function setUp() public virtual override {
        super.setUp();
        pool = AdvancePool(deployCode("AdvancePool.sol", abi.encode(_poolParameters())));
        carriers.setFrozenBooks(pool);
        (boxA, boxB) = (pool.enrol(CARRIER_A), pool.enrol(CARRIER_B));
        carriers.setPayout(CARRIER_A, boxA);
        carriers.setPayout(CARRIER_B, boxB);
        provider = _provider();
        odd.mint(provider, 10_000e6);
        odd.mint(address(this), 1_000e6);
        odd.approve(address(pool), type(uint256).max);
        vm.startPrank(provider);
        odd.approve(address(pool), type(uint256).max);
        pool.deposit(1_000e6, provider);
        pool.requestRedeem(100e12);
        vm.stopPrank();
        skip(SLOW);
        for (uint256 i = 0; i < 4; ++i) {
            (, bytes32 id) = _opened(alice, aliceKey, i < 2 ? BOOK_A : BOOK_B, i);
            _setLeaf(id, 19e6, 1, 0);
        }
        epoch = _postNext(3);
        pool.addBond(CARRIER_A, 10e6);
        (bool lent,) = _run(_advance("lent", BOOK_B));
        assertTrue(lent);
        odd.mint(boxA, 5e6);
        odd.mint(boxB, 7e6);
        _table();
        _assertHolds("before");
    }

    function _table() private {
        _take("deposit", abi.encodeCall(pool.deposit, (10e6, provider)));
        _take("mint", abi.encodeCall(pool.mint, (10e12, provider)));
        _take("addBond", abi.encodeCall(pool.addBond, (CARRIER_A, 1e6)));
        _take("fundStakeReserve", abi.encodeCall(pool.fundStakeReserve, (1e6)));
        _give("withdraw", abi.encodeCall(pool.withdraw, (10e6, provider, provider)));
        _give("redeem", abi.encodeCall(pool.redeem, (10e12, provider, provider)));
        gives.push(_advance("advance", BOOK_A));
        bytes memory bond = abi.encodeCall(pool.withdrawBond, (CARRIER_A, 10e6, payoutA));
        gives.push(Act("withdrawBond", address(this), address(pool), bond));
    }

    function _take(string memory name, bytes memory data) private {
        takes.push(Act(name, provider, address(pool), data));
    }

    function _give(string memory name, bytes memory data) private {
        gives.push(Act(name, provider, address(pool), data));
    }

    function _advance(string memory name, uint32 book) internal view returns (Act memory) {
        AdvanceOffer memory offer = AdvanceOffer(book, epoch, 20e6, 10, uint40(block.timestamp + 1 hours));
        bytes32 typeHash =
            keccak256("AdvanceOffer(uint32 book,uint32 epoch,uint64 gross,uint16 discountBps,uint40 validUntil)");
        bytes memory signature = _sign(usageKey, _typed(keccak256(abi.encode(typeHash, offer))));
        bytes memory data = abi.encodeCall(pool.advance, (offer, tree.nodeProof(book), vm.addr(usageKey), signature));
        return Act(name, provider, address(pool), data);
    }

    function _poolParameters() private returns (PoolParameters memory) {
        return PoolParameters({
            escrow: address(escrow),
            governor: makeAddr("governor"),
            guardian: makeAddr("guardian"),
            queueSeconds: SLOW,
            openSeconds: 24 hours,
            claimSeconds: 24 hours,
            patienceSeconds: 72 hours,
            juniorBps: 2_000,
            maxDiscountBps: 100,
            maxAssets: 100_000e6
        });
    }

    /// @dev What the pool's records say it has.
    function _kept() internal view returns (uint256) {
        (uint256 cash, uint64 stakeReserve, uint64 juniorReserve,) = pool.reserves();
        return cash + stakeReserve + juniorReserve + pool.accountOf(CARRIER_A).bond + pool.accountOf(CARRIER_B).bond;
    }

    function _assertHolds(string memory when) internal view override {
        assertEq(odd.balanceOf(address(pool)), _kept(), when);
    }

    function _print() internal view override returns (bytes32) {
        (uint256 cash, uint64 stakeReserve, uint64 juniorReserve, uint256 impaired) = pool.reserves();
        (uint256 waiting,,) = pool.requestOf(provider);
        bytes memory records = abi.encode(
            pool.accountOf(CARRIER_A),
            pool.accountOf(CARRIER_B),
            pool.advanceOf(BOOK_A, epoch),
            pool.advanceOf(BOOK_B, epoch)
        );
        bytes memory sums = abi.encode(cash, stakeReserve, juniorReserve, impaired, waiting);
        return keccak256(
            abi.encode(records, sums, pool.balanceOf(provider), pool.totalAssets(), odd.balanceOf(address(pool)))
        );
    }
}
