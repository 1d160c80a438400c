// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Advance, AdvanceState} from "../../src/interfaces/IAdvancePool.sol";
import {AdvanceOffer} from "../../src/interfaces/IReceivables.sol";
import {PoolJourney} from "./PoolJourney.sol";

/// @notice Three providers, a carrier that earns, sells claims and may default, strangers who donate. What the pool refuses
/// is simply refused. The share price is looked at after every action.
contract PoolBazaar is PoolJourney {
    address[3] private _providers = [makeAddr("p1"), makeAddr("p2"), makeAddr("p3")];
    uint32[] public epochs;
    uint256 public advances;
    uint256 public writeOffs;
    bool public priceFell;
    bool public capBroken;

    /// @dev Each action ends here: only a write-off may leave the price lower than it was.
    modifier watched() {
        uint256 before = _price();
        _;
        if (_price() < before) priceFell = true;
    }

    function _provider(uint256 seed) private view returns (address) {
        return _providers[seed % 3];
    }

    function _epoch(uint256 seed) private view returns (uint32) {
        return epochs.length == 0 ? 0 : epochs[seed % epochs.length];
    }

    function supply(uint256 seed, uint64 amount) external watched {
        amount = uint64(bound(amount, 1, 3_000e6));
        address who = _provider(seed);
        usdc.mint(who, amount);
        vm.startPrank(who);
        usdc.approve(address(pool), amount);
        try pool.deposit(amount, who) {} catch {}
        vm.stopPrank();
    }

    function ask(uint256 seed, uint256 shares) external watched {
        address who = _provider(seed);
        shares = bound(shares, 0, pool.balanceOf(who));
        vm.prank(who);
        pool.requestRedeem(shares);
    }

    function redeem(uint256 seed, uint256 shares) external watched {
        address who = _provider(seed);
        uint256 most = pool.maxRedeem(who);
        if (most == 0) return;
        vm.prank(who);
        pool.redeem(bound(shares, 1, most), who, who);
    }

    function endRequest(uint256 seed) external watched {
        try pool.endRequest(_provider(seed)) {} catch {}
    }

    function donate(uint64 amount, bool toBox) external watched {
        usdc.mint(toBox ? box : address(pool), bound(amount, 1, 500e6));
    }

    function earn() external watched {
        if (epochs.length > 20 || settlement.frozenFrom(BOOK_A) != 0) return;
        epochs.push(_earn());
    }

    function advance(uint256 seed, uint64 gross, uint16 discountBps) external watched {
        uint32 epoch = _epoch(seed);
        gross = uint64(bound(gross, 1, 150e6));
        AdvanceOffer memory offer = AdvanceOffer(BOOK_A, epoch, gross, discountBps % 110, uint40(block.timestamp + 1));
        bytes memory signature = _sign(usageKey, _offerDigest(offer));
        try this.advanceAs(offer, signature) {
            ++advances;
            if (pool.unsecured() > 15_000e6) capBroken = true;
        } catch {}
    }

    function claim(uint256 seed) external watched {
        uint32 epoch = _epoch(seed);
        try escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)) {} catch {}
    }

    function repay(uint256 seed) external watched {
        try pool.repay(BOOK_A, _epoch(seed)) {} catch {}
    }

    function release() external watched {
        pool.release(CARRIER_A);
    }

    function bond(uint64 amount, bool back) external watched {
        amount = uint64(bound(amount, 1, 100e6));
        if (back) {
            try pool.withdrawBond(CARRIER_A, amount, payoutB) {} catch {}
            return;
        }
        usdc.mint(address(this), amount);
        usdc.approve(address(pool), amount);
        pool.addBond(CARRIER_A, amount);
    }

    function fundStake(uint64 amount) external watched {
        amount = uint64(bound(amount, 1, 20e6));
        usdc.mint(address(this), amount);
        usdc.approve(address(pool), amount);
        pool.fundStakeReserve(amount);
    }

    /// @dev Rarely, or little else would ever happen.
    function fault(uint256 seed) external watched {
        if (seed % 4 != 0 || epochs.length < 4) return;
        vm.prank(address(payOnUsage));
        try settlement.freezeBook(BOOK_A, epochs[epochs.length - 1], bytes4(0xdeadbeef)) {} catch {}
    }

    function impair(uint256 seed) external watched {
        try pool.impair(BOOK_A, _epoch(seed)) {} catch {}
    }

    function writeOff(uint256 seed) external {
        try pool.writeOff(BOOK_A, _epoch(seed)) {
            ++writeOffs;
        } catch {}
    }

    function wait(uint256 time) external watched {
        skip(bound(time, 1 hours, 60 hours));
    }

    /// @notice What the books must be, added up from every advance.
    function sums() external view returns (uint256 lent, uint256 owed, uint256 writtenOff, uint256 impaired) {
        for (uint256 i = 0; i < epochs.length; ++i) {
            Advance memory a = pool.advanceOf(BOOK_A, epochs[i]);
            uint256 left = a.gross - a.repaid;
            if (a.state == AdvanceState.WrittenOff) writtenOff += left;
            if (a.state != AdvanceState.Open && a.state != AdvanceState.Impaired) continue;
            if (a.state == AdvanceState.Impaired) ++impaired;
            owed += left;
            lent += a.paid > a.repaid ? a.paid - a.repaid : 0;
        }
    }

    function parties() external view returns (address, address, address[3] memory) {
        return (address(pool), address(usdc), _providers);
    }
}
