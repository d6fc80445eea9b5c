/// An application that both sides have.
struct Candidate: Equatable, Sendable {
    /// As the card's directory names it, or as the application itself does.
    let identifier: [UInt8]
    /// 1 first … 15; 16 where the card does not say (EMV Book 1 §12.4: those come last).
    let priority: UInt8
    /// The directory's label, for an application that has none of its own.
    let label: String

    init(identifier: [UInt8], priority: UInt8, label: String) {
        self.identifier = identifier
        self.priority = priority
        self.label = label
    }

    /// An entry of the directory (EMV Contactless Book B, table 3-2), its value at `range`. Nil for one without an
    /// identifier of 5 to 16 bytes: the others are still good.
    init?(entry range: Range<Int>, in bytes: RawSpan) throws(CardFormatError) {
        let parts = try DataObject.children([.applicationIdentifier, .label, .priority], of: range, in: bytes)
        guard let identifier = parts[.applicationIdentifier], CardLimits.identifier.contains(identifier.count) else {
            return nil
        }
        self.init(
            identifier: bytes.copy(identifier), priority: Self.priority(parts[.priority], in: bytes),
            label: parts[.label].map { CardLabel.plain(bytes.copy($0)) } ?? "")
    }

    /// Tag 87. Bit 8 (ask the cardholder first) says nothing here: a card was held to the reader for this payment, and
    /// contactless readers ignore it (Book B §3.3.2.5). A value that is not one byte is taken for none.
    static func priority(_ range: Range<Int>?, in bytes: RawSpan) -> UInt8 {
        guard let range, range.count == 1 else { return 16 }
        let priority = bytes.byte(range.lowerBound) & 0x0F
        return priority == 0 ? 16 : priority
    }
}

/// The applications that both sides have, in the order in which to try them.
struct CandidateList: Equatable, Sendable {
    private(set) var candidates: [Candidate] = []

    /// The contactless directory's applications: its FCI is all of `range`.
    init(directory bytes: RawSpan, _ range: Range<Int>, profile: TerminalProfile) throws(CardFormatError) {
        let template = try ControlInformation(bytes, range)
        guard template.name == CommandAPDU.directoryName else { throw .badValue(.fileName) }
        let parts = try DataObject.children([.issuerDiscretionary], of: template.proprietary, in: bytes)
        guard let entries = parts[.issuerDiscretionary] else { return }
        var reader = TemplateReader(entries)
        while let object = try reader.next(in: bytes) {
            guard object.tag == .directoryEntry, let candidate = try Candidate(entry: object.value, in: bytes),
                profile.accepts(candidate.identifier)
            else { continue }
            _ = try add(candidate)
        }
    }

    init() {}

    /// False for an identifier that is on the list already: the first stays. (Directories name an application twice for
    /// two kernels, which makes no difference here; and a card that names it without end gets nowhere.)
    mutating func add(_ candidate: Candidate) throws(CardFormatError) -> Bool {
        guard !candidates.contains(where: { $0.identifier == candidate.identifier }) else { return false }
        guard candidates.count < CardLimits.candidates else { throw .tooMany }
        // After all of the same priority: among equals the card's order counts.
        let place = candidates.firstIndex { $0.priority > candidate.priority } ?? candidates.endIndex
        candidates.insert(candidate, at: place)
        return true
    }

    mutating func takeFirst() -> Candidate? { candidates.isEmpty ? nil : candidates.removeFirst() }
}
