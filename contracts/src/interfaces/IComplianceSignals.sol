// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What countries ask of whoever sells a SIM there, as publishers outside say
/// @notice A publisher (a law firm, an industry body, the operator itself) signs by its transaction what a country requires,
/// where that is written and until when its word holds. Where publishers differ, the strictest word that still holds
/// counts: a seller who follows it breaks nobody's. Plan cards show it before a purchase; a sale reads it again.
/// @dev A signal is public information about a country. Nothing about a traveller is in here.
interface IComplianceSignals {
    /// @notice Unknown: nobody's word holds. Registration: the buyer must be identified, so the sale is handed to a supplier
    /// that does it. Blocked: no sale.
    enum Requirement {
        Unknown,
        None,
        Registration,
        Blocked
    }

    /// @notice One publisher's word about one country. Two storage slots.
    /// @param validUntil First second in which it no longer holds. @param notedAt When it was written here.
    /// @param source Hash of the document that says so, or of its address.
    struct Signal {
        Requirement requirement;
        uint40 validUntil;
        uint40 notedAt;
        bytes32 source;
    }

    event SignalSet(
        address indexed publisher, bytes2 indexed country, Requirement requirement, uint40 validUntil, bytes32 source
    );
    event PublisherAdded(address indexed publisher);
    event PublisherRemoved(address indexed publisher);

    /// @notice Only a publisher may do this.
    error ComplianceSignals_NotPublisher(address caller);
    /// @notice Countries are two capital letters (ISO 3166-1 alpha-2).
    error ComplianceSignals_InvalidCountry(bytes2 country);
    /// @notice A word holds from now for two years at most, and names its source.
    error ComplianceSignals_InvalidSignal(bytes2 country);
    /// @notice As many signals as countries.
    error ComplianceSignals_Count(uint256 countries, uint256 signals);
    /// @notice There are so many publishers at most, each once.
    error ComplianceSignals_Publishers(uint256 publishers);

    /// @notice Says what countries require. `notedAt` is filled in. Only a publisher, about its own word.
    function setSignals(bytes2[] calldata countries, Signal[] calldata signals) external;

    /// @notice Lets a publisher speak. Only the curator.
    function addPublisher(address publisher) external;

    /// @notice Ends it: its words count no more. Only the curator.
    function removePublisher(address publisher) external;

    /// @notice The strictest word that holds now, and whose it is. Of equal ones, the first publisher's.
    function signalOf(bytes2 country) external view returns (Signal memory signal, address publisher);

    /// @notice The strictest requirement of each country.
    function requirementsOf(bytes2[] calldata countries) external view returns (Requirement[] memory);

    /// @notice What one publisher says, holding or not.
    function wordOf(address publisher, bytes2 country) external view returns (Signal memory);

    function publishers() external view returns (address[] memory);
}
