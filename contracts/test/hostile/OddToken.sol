// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @notice Whom a hooked token tells of each transfer.
interface IOddHook {
    function onOddTransfer() external;
}

/// @title Money in the shape of USDC (ERC-20 and EIP-3009, six decimals) that misbehaves on demand
/// @notice What tokens elsewhere do and USDC does not: no answer, a false one, a revert, a fee, a call back in the middle.
contract OddToken {
    enum Mode {
        Usual,
        ReturnsNothing,
        ReturnsFalse,
        Reverts,
        TakesFee
    }

    bytes32 private constant RECEIVE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    uint8 public constant decimals = 6;
    uint256 public totalSupply;
    Mode public mode;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address authorizer => mapping(bytes32 nonce => bool)) public authorizationState;
    mapping(address account => bool) public isBlacklisted;
    IOddHook private _hook;
    bool private _callsBefore;

    error OddToken_Refused();
    error OddToken_Blocked(address account);

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    /// @notice Calls the hook on every transfer from now on, before or after the money moved; nobody for zero.
    function setHook(IOddHook hook, bool callsBefore) external {
        (_hook, _callsBefore) = (hook, callsBefore);
    }

    function blacklist(address account, bool isBlocked) external {
        isBlacklisted[account] = isBlocked;
    }

    function mint(address to, uint256 amount) external returns (bool) {
        totalSupply += amount;
        balanceOf[to] += amount;
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external {
        _answer(_move(msg.sender, to, value));
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        _answer(_move(from, to, value));
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public {
        require(to == msg.sender && !authorizationState[from][nonce], OddToken_Refused());
        require(block.timestamp > validAfter && block.timestamp < validBefore, OddToken_Refused());
        bytes32 structHash = keccak256(abi.encode(RECEIVE, from, to, value, validAfter, validBefore, nonce));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR(), structHash));
        require(SignatureChecker.isValidSignatureNow(from, digest, signature), OddToken_Refused());
        authorizationState[from][nonce] = true;
        // EIP-3009 has no answer: whoever does not move must revert.
        require(_move(from, to, value), OddToken_Refused());
    }

    function DOMAIN_SEPARATOR() public view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("USD Coin"),
                keccak256("2"),
                block.chainid,
                address(this)
            )
        );
    }

    function _move(address from, address to, uint256 value) private returns (bool) {
        require(mode != Mode.Reverts, OddToken_Refused());
        require(!isBlacklisted[from], OddToken_Blocked(from));
        require(!isBlacklisted[to], OddToken_Blocked(to));
        if (mode == Mode.ReturnsFalse) return false;
        if (address(_hook) != address(0) && _callsBefore) _hook.onOddTransfer();
        uint256 fee = mode == Mode.TakesFee ? value / 100 : 0;
        balanceOf[from] -= value;
        balanceOf[to] += value - fee;
        totalSupply -= fee;
        if (address(_hook) != address(0) && !_callsBefore) _hook.onOddTransfer();
        return true;
    }

    /// @dev Ends the call with the answer of the mode.
    function _answer(bool moved) private view {
        bool silent = mode == Mode.ReturnsNothing;
        assembly ("memory-safe") {
            if silent { return(0, 0) }
            mstore(0, moved)
            return(0, 32)
        }
    }
}
