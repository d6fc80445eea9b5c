/// What a card says of the file that was selected: the FCI template (EMV Book 1 §11.3.4).
struct ControlInformation {
    /// The file's name, 5 to 16 bytes.
    let name: [UInt8]
    /// Where the proprietary template's value lies.
    let proprietary: Range<Int>

    /// Reads the FCI that `range` is.
    init(_ bytes: RawSpan, _ range: Range<Int>) throws(CardFormatError) {
        let object = try DataObject(outermost: bytes, range)
        guard object.tag == .controlInformation else { throw .otherTemplate }
        let parts = try DataObject.children([.fileName, .proprietary], of: object.value, in: bytes)
        guard let name = parts[.fileName] else { throw .missing(.fileName) }
        guard let proprietary = parts[.proprietary] else { throw .missing(.proprietary) }
        guard CardLimits.identifier.contains(name.count) else { throw .badValue(.fileName) }
        self.name = bytes.copy(name)
        self.proprietary = proprietary
    }
}

/// An application that was selected, by its own words.
struct SelectedApplication: Equatable, Sendable {
    /// Its whole name, which may be longer than what was selected.
    let name: [UInt8]
    let priority: UInt8
    let label: String
    /// The data that it wants before it is read.
    let options: DataObjectList

    /// Reads the FCI that `range` is, in answer to a SELECT of `identifier`. Another application's FCI is refused.
    init(_ bytes: RawSpan, _ range: Range<Int>, selected identifier: [UInt8], label fallback: String)
        throws(CardFormatError)
    {
        let template = try ControlInformation(bytes, range)
        guard template.name.starts(with: identifier) else { throw .badValue(.fileName) }
        let parts = try DataObject.children(
            [.label, .preferredName, .codeTable, .priority, .optionsList], of: template.proprietary, in: bytes)
        name = template.name
        priority = Candidate.priority(parts[.priority], in: bytes)
        label = CardLabel.best(
            preferred: bytes.copy(parts[.preferredName]), codeTable: bytes.copy(parts[.codeTable]),
            plain: bytes.copy(parts[.label]), fallback: fallback)
        options = try DataObjectList(decoding: bytes.copy(parts[.optionsList]) ?? [])
    }
}
