// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PoolLiens} from "./abstracts/PoolLiens.sol";
import {Advance, AdvanceOffer, AdvanceState, IAdvancePool, PoolParameters} from "./interfaces/IAdvancePool.sol";
import {NodeProof} from "./interfaces/DataTypes.sol";
import {IPayoutBox} from "./interfaces/IPayoutBox.sol";
import {Appraisal, IReceivables} from "./interfaces/IReceivables.sol";
import {Receivables} from "./Receivables.sol";

/// @title Advances on claims that are attested and not final. See {IAdvancePool}.
/// @dev Shares and queue are in PoolShares, boxes and bonds in PoolLiens; here: advances, repayment, losses.
contract AdvancePool is PoolLiens {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc IAdvancePool
    IReceivables public immutable receivables;
    uint40 private immutable _claimSeconds;
    uint40 private immutable _patienceSeconds;
    uint16 private immutable _juniorBps;

    uint64 private _stakeReserve;
    uint64 private _juniorReserve;
    /// @inheritdoc IAdvancePool
    mapping(uint32 book => uint256) public outstanding;
    mapping(uint32 book => mapping(uint32 epoch => Advance)) private _advances;

    constructor(PoolParameters memory p) PoolLiens(p) {
        Receivables appraiser = new Receivables(p.escrow, p.maxDiscountBps);
        receivables = appraiser;
        // Whoever sees a fault before the others must not be out before it is proven.
        require(p.queueSeconds >= appraiser.slowSeconds(), AdvancePool_InvalidParameter("queueSeconds"));
        require(p.openSeconds != 0, AdvancePool_InvalidParameter("openSeconds"));
        require(p.claimSeconds != 0, AdvancePool_InvalidParameter("claimSeconds"));
        require(p.juniorBps <= BPS, AdvancePool_InvalidParameter("juniorBps"));
        _claimSeconds = p.claimSeconds;
        _patienceSeconds = p.patienceSeconds;
        _juniorBps = p.juniorBps;
    }

    /// @inheritdoc IAdvancePool
    function advance(AdvanceOffer calldata offer, NodeProof calldata node, address key, bytes calldata signature)
        external
        nonReentrant
        returns (uint64 paid)
    {
        require(block.timestamp >= _pausedUntil, AdvancePool_Paused(_pausedUntil));
        require(_impaired == 0, AdvancePool_LossPending(_impaired));
        require(
            _advances[offer.book][offer.epoch].state == AdvanceState.None,
            AdvancePool_AlreadyAdvanced(offer.book, offer.epoch)
        );
        Appraisal memory worth = receivables.appraise(offer, node, key, signature);
        _requireLien(worth.carrierId);
        return _lend(offer, worth);
    }

    /// @inheritdoc IAdvancePool
    function repay(uint32 book, uint32 epoch) external nonReentrant returns (uint64 amount) {
        Advance memory a = _advances[book][epoch];
        require(
            a.state != AdvanceState.None && a.state != AdvanceState.Repaid, AdvancePool_WrongState(book, epoch, a.state)
        );
        uint32 carrierId = _carriers.carrierOf(book);
        IPayoutBox box = IPayoutBox(boxOf(carrierId));
        amount = uint64(Math.min(IERC20(asset()).balanceOf(address(box)), a.gross - a.repaid));
        // The pool itself refused by the token: nothing is booked that did not come.
        if (amount != 0 && !box.send(IERC20(asset()), address(this), amount)) amount = 0;
        if (amount != 0) _book(book, epoch, carrierId, a, amount);
        _release(carrierId);
    }

    /// @inheritdoc IAdvancePool
    function impair(uint32 book, uint32 epoch) external nonReentrant {
        Advance storage a = _advances[book][epoch];
        require(a.state == AdvanceState.Open, AdvancePool_WrongState(book, epoch, a.state));
        require(
            block.timestamp > a.dueAt || receivables.isLost(book, epoch), AdvancePool_NotDue(block.timestamp, a.dueAt)
        );
        a.state = AdvanceState.Impaired;
        ++_impaired;
        emit Impaired(book, epoch);
    }

    /// @inheritdoc IAdvancePool
    function writeOff(uint32 book, uint32 epoch) external nonReentrant {
        Advance memory a = _advances[book][epoch];
        require(a.state == AdvanceState.Impaired, AdvancePool_WrongState(book, epoch, a.state));
        uint256 from = uint256(a.dueAt) + _patienceSeconds;
        require(block.timestamp > from, AdvancePool_NotDue(block.timestamp, from));
        uint32 carrierId = _carriers.carrierOf(book);

        uint64 fromBond = uint64(Math.min(_accounts[carrierId].bond, a.gross - a.repaid));
        if (fromBond != 0) {
            _setBond(carrierId, _accounts[carrierId].bond - fromBond);
            _book(book, epoch, carrierId, a, fromBond);
            a = _advances[book][epoch];
        }
        // What the bond has not covered and stands in the books: the price paid, not the discount hoped for.
        uint64 left = a.paid > a.repaid ? a.paid - a.repaid : 0;
        uint64 fromStake = uint64(Math.min(_stakeReserve, left));
        uint64 fromReserve = uint64(Math.min(_juniorReserve, left - fromStake));
        uint64 loss = left - fromStake - fromReserve;
        _stakeReserve -= fromStake;
        _juniorReserve -= fromReserve;
        _cash += fromStake + fromReserve;
        _lent -= left;
        emit WrittenOff(book, epoch, fromBond, fromStake, fromReserve, loss);
        if (a.state == AdvanceState.Repaid) return;

        --_impaired;
        a.state = AdvanceState.WrittenOff;
        a.loss = loss;
        _advances[book][epoch] = a;
        uint64 owed = a.gross - a.repaid;
        outstanding[book] -= owed;
        _setOutstanding(carrierId, _accounts[carrierId].outstanding - owed);
        _accounts[carrierId].writtenOff += owed;
    }

    /// @inheritdoc IAdvancePool
    function fundStakeReserve(uint64 amount) external nonReentrant {
        require(amount != 0, AdvancePool_ZeroAmount());
        _stakeReserve += amount;
        emit StakeReserveFunded(msg.sender, amount);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IAdvancePool
    function advanceOf(uint32 book, uint32 epoch) external view returns (Advance memory) {
        return _advances[book][epoch];
    }

    /// @inheritdoc IAdvancePool
    function reserves() external view returns (uint256, uint64, uint64, uint256) {
        return (_cash, _stakeReserve, _juniorReserve, _impaired);
    }

    /// @inheritdoc IAdvancePool
    function parameters() external view returns (PoolParameters memory) {
        return PoolParameters({
            escrow: address(_escrow),
            governor: _governor,
            guardian: _guardian,
            queueSeconds: _queueSeconds,
            openSeconds: _openSeconds,
            claimSeconds: _claimSeconds,
            patienceSeconds: _patienceSeconds,
            juniorBps: _juniorBps,
            maxDiscountBps: receivables.maxDiscountBps(),
            maxAssets: _maxAssetsNow()
        });
    }

    function _lend(AdvanceOffer calldata offer, Appraisal memory worth) private returns (uint64 paid) {
        uint32 carrierId = worth.carrierId;
        // Charges are cumulative: what was advanced on an earlier epoch lies in this node too.
        uint256 taken = outstanding[offer.book];
        uint256 most = worth.most > taken ? worth.most - taken : 0;
        require(offer.gross <= most, AdvancePool_AboveClaimable(offer.gross, most));
        paid = offer.gross - uint64(Math.ceilDiv(uint256(offer.gross) * offer.discountBps, BPS));
        require(paid != 0, AdvancePool_ZeroAmount());
        uint256 available = _lendable();
        require(paid <= available, AdvancePool_NotEnoughCash(paid, available));
        outstanding[offer.book] = taken + offer.gross;
        _setOutstanding(carrierId, _accounts[carrierId].outstanding + offer.gross);
        require(unsecured <= worth.cap, AdvancePool_AboveCap(unsecured, worth.cap));
        _cash -= paid;
        _lent += paid;
        uint40 dueAt = worth.finalAt + _claimSeconds;
        _advances[offer.book][offer.epoch] = Advance(offer.gross, paid, 0, 0, dueAt, AdvanceState.Open);
        address to = _accounts[carrierId].beneficiary;
        _requireCompliant(to, OPERATION_CLAIM);
        emit Advanced(offer.book, offer.epoch, offer.gross, paid, dueAt, to);
        IERC20(asset()).safeTransfer(to, paid);
    }

    /// @dev Books money that came in for an advance, from box or bond: the price first, then the discount.
    function _book(uint32 book, uint32 epoch, uint32 carrierId, Advance memory a, uint64 amount) private {
        uint64 before = a.repaid;
        a.repaid = before + amount;
        if (a.state == AdvanceState.WrittenOff) {
            uint64 back = uint64(Math.min(amount, a.loss));
            a.loss -= back;
            _cash += back;
            _juniorReserve += amount - back;
            _accounts[carrierId].writtenOff -= amount;
        } else {
            uint64 price = uint64(Math.min(a.repaid, a.paid) - Math.min(before, a.paid));
            uint64 junior = uint64((uint256(amount - price) * _juniorBps) / BPS);
            _lent -= price;
            _cash += amount - junior;
            _juniorReserve += junior;
            outstanding[book] -= amount;
            _setOutstanding(carrierId, _accounts[carrierId].outstanding - amount);
        }
        if (a.repaid == a.gross) {
            if (a.state == AdvanceState.Impaired) --_impaired;
            a.state = AdvanceState.Repaid;
        }
        _advances[book][epoch] = a;
        emit Repaid(book, epoch, amount, a.gross - a.repaid);
    }
}
