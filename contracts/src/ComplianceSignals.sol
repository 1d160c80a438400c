// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IComplianceSignals} from "./interfaces/IComplianceSignals.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

/// @title Where registration is required. See {IComplianceSignals}.
contract ComplianceSignals is IComplianceSignals, AccessControl {
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @notice May name publishers.
    bytes32 public constant CURATOR = keccak256("CURATOR");
    /// @notice A reader asks every publisher, so there are few.
    uint256 public constant MAX_PUBLISHERS = 8;
    /// @notice Laws change: a word that nobody renews ends.
    uint40 public constant LONGEST = 2 * 365 days;

    EnumerableSet.AddressSet private _publishers;
    mapping(address publisher => mapping(bytes2 country => Signal)) private _words;

    constructor(address admin, address curator) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(CURATOR, curator);
    }

    /// @inheritdoc IComplianceSignals
    function setSignals(bytes2[] calldata countries, Signal[] calldata signals) external {
        require(_publishers.contains(msg.sender), ComplianceSignals_NotPublisher(msg.sender));
        require(countries.length == signals.length, ComplianceSignals_Count(countries.length, signals.length));
        for (uint256 i = 0; i < countries.length; ++i) {
            bytes2 country = countries[i];
            require(_isLetter(country[0]) && _isLetter(country[1]), ComplianceSignals_InvalidCountry(country));
            Signal memory signal = signals[i];
            require(
                signal.source != 0 && signal.validUntil > block.timestamp
                    && signal.validUntil <= block.timestamp + LONGEST,
                ComplianceSignals_InvalidSignal(country)
            );
            signal.notedAt = uint40(block.timestamp);
            _words[msg.sender][country] = signal;
            emit SignalSet(msg.sender, country, signal.requirement, signal.validUntil, signal.source);
        }
    }

    /// @inheritdoc IComplianceSignals
    function addPublisher(address publisher) external onlyRole(CURATOR) {
        bool added = publisher != address(0) && _publishers.add(publisher);
        require(added && _publishers.length() <= MAX_PUBLISHERS, ComplianceSignals_Publishers(_publishers.length()));
        emit PublisherAdded(publisher);
    }

    /// @inheritdoc IComplianceSignals
    function removePublisher(address publisher) external onlyRole(CURATOR) {
        require(_publishers.remove(publisher), ComplianceSignals_NotPublisher(publisher));
        emit PublisherRemoved(publisher);
    }

    /// @inheritdoc IComplianceSignals
    function signalOf(bytes2 country) public view returns (Signal memory signal, address publisher) {
        uint256 count = _publishers.length();
        for (uint256 i = 0; i < count; ++i) {
            address candidate = _publishers.at(i);
            Signal memory word = _words[candidate][country];
            if (word.validUntil <= block.timestamp || word.requirement <= signal.requirement) continue;
            (signal, publisher) = (word, candidate);
        }
    }

    /// @inheritdoc IComplianceSignals
    function requirementsOf(bytes2[] calldata countries) external view returns (Requirement[] memory requirements) {
        requirements = new Requirement[](countries.length);
        for (uint256 i = 0; i < countries.length; ++i) {
            (Signal memory signal,) = signalOf(countries[i]);
            requirements[i] = signal.requirement;
        }
    }

    /// @inheritdoc IComplianceSignals
    function wordOf(address publisher, bytes2 country) external view returns (Signal memory) {
        return _words[publisher][country];
    }

    /// @inheritdoc IComplianceSignals
    function publishers() external view returns (address[] memory) {
        return _publishers.values();
    }

    function _isLetter(bytes1 letter) private pure returns (bool) {
        return letter >= "A" && letter <= "Z";
    }
}
