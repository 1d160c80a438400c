// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestorRegistry} from "../../src/AttestorRegistry.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {Auth3009Bytes, BookRecord, IntentRecord, IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";
import {OddToken} from "./OddToken.sol";

/// @notice The money contracts' world on a token that can misbehave.
abstract contract OddWorld is Statements {
    OddToken internal odd;
    /// @dev All intents and accounts of a test: what the escrow owes is the sum over them and the books.
    bytes32[] internal ids;
    address[] internal accounts;

    function setUp() public virtual override {
        super.setUp();
        odd = OddToken(deployCode("OddToken.sol:OddToken"));
        usdc = TestUSDC(address(odd));
        address self = address(this);
        attestors = AttestorRegistry(
            deployCode("AttestorRegistry.sol", abi.encode(usdc, treasury, STAKE, uint48(14 days), self, self))
        );
        _deployMoney();
        _seatCommittee(3);
        _enrich(alice);
        _enrich(bob);
    }

    function _enrich(address account) internal {
        odd.mint(account, 10_000e6);
        vm.prank(account);
        odd.approve(address(escrow), type(uint256).max);
        accounts.push(account);
    }

    /// @dev An intent whose money is kept in sight.
    function _opened(address payer, uint256 payerKey, uint32 book, uint256 salt)
        internal
        returns (IntentTerms memory terms, bytes32 intentId)
    {
        terms = _held(payer, salt);
        intentId = escrow.intentIdOf(terms);
        _activate(_activation(terms, book, payerKey));
    }

    function _held(address payer, uint256 salt) internal returns (IntentTerms memory terms) {
        terms = _terms(payer);
        terms.salt = salt;
        ids.push(_fund(terms, 20e6));
    }

    /// @notice What the escrow's records say it owes.
    function _owed() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < ids.length; ++i) {
            IntentRecord memory intent = escrow.intentOf(ids[i]);
            if (intent.state == IntentState.Held) sum += intent.funded;
        }
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += escrow.balanceOf(accounts[i]);
        }
        for (uint32 book = BOOK_A; book <= BOOK_B; ++book) {
            BookRecord memory bucket = escrow.bookOf(book);
            sum += uint256(bucket.ceiling) + bucket.hold - bucket.claimed + escrow.feesOf(book);
        }
    }

    function _assertSolvent(string memory when) internal view {
        assertEq(odd.balanceOf(address(escrow)), _owed(), when);
    }

    function _authorization(IntentTerms memory terms, uint64 amount, uint256 key)
        internal
        view
        returns (Auth3009Bytes memory authorization)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                terms.payer,
                address(escrow),
                amount,
                0,
                type(uint256).max,
                escrow.intentIdOf(terms)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", usdc.DOMAIN_SEPARATOR(), structHash));
        authorization = Auth3009Bytes(0, type(uint256).max, _sign(key, digest));
    }
}
