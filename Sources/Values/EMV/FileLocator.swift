/// Where an application keeps its records (AFL, EMV Book 3 §10.2): groups of four bytes, each a file and a run of
/// records.
public struct FileLocator: Equatable, Sendable {
    public struct Record: Equatable, Sendable {
        /// Short file identifier, 1…30.
        public let file: UInt8
        /// 1…255.
        public let number: UInt8

        public init(file: UInt8, number: UInt8) {
            self.file = file
            self.number = number
        }
    }

    /// The records to read, in the card's order, each as often as it is named (a second time refuses itself: its
    /// objects are repeated). Those of files 11…30 are left out: they serve the authentication of the card, which is
    /// not done here, and need not even be data objects.
    public let records: [Record]

    /// Refused: a length that is no multiple of four; low bits of the file byte that are not zero; file 0 or 31; record
    /// 0; a run that ends before it begins; more records for authentication than in the run; more than
    /// `CardLimits.records`.
    public init(decoding bytes: [UInt8]) throws(CardFormatError) {
        guard bytes.count % 4 == 0 else { throw .badValue(.fileLocator) }
        var records: [Record] = []
        for group in stride(from: 0, to: bytes.count, by: 4) {
            let (file, first, last) = (bytes[group] >> 3, bytes[group + 1], bytes[group + 2])
            guard bytes[group] & 0x07 == 0, CardLimits.files.contains(file), first > 0, last >= first,
                Int(bytes[group + 3]) <= Int(last) - Int(first) + 1
            else { throw .badValue(.fileLocator) }
            guard CardLimits.ownFiles.contains(file) else { continue }
            guard records.count + Int(last - first) < CardLimits.records else { throw .tooMany }
            records += (first...last).map { Record(file: file, number: $0) }
        }
        self.records = records
    }
}
