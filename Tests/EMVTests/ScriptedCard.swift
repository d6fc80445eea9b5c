import EMV

/// A card put together for a test: directory, one application, its processing options and records. Every part may be
/// broken.
struct ScriptedCard {
    static let visa: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10]
    static let pan = "4000001234567899"

    var identifier = visa
    /// Response data; the status word follows.
    var directory: [UInt8]
    var application: [UInt8]
    var options: [UInt8]
    /// By P1 and P2 of READ RECORD.
    var records: [[UInt8]: [UInt8]] = [:]
    var optionsStatus: [UInt8] = [0x90, 0x00]

    /// `list` is the PDOL; `locator` with as many `records` in one file.
    init(list: [UInt8] = [], locator: [UInt8]? = nil, records: [[UInt8]] = [ScriptedCard.record()]) {
        directory = Self.directory([Self.visa])
        application = Self.application(Self.visa, list: list)
        options = tlv(
            0x77, tlv(0x82, [0x20, 0x00]) + tlv(0x94, locator ?? [0x08, 0x01, UInt8(records.count), 0x00]))
        for (index, record) in records.enumerated() { self.records[[UInt8(index + 1), 0x0C]] = record }
    }

    static func directory(_ applications: [[UInt8]]) -> [UInt8] {
        let entries = applications.flatMap { tlv(0x61, tlv(0x4F, $0) + tlv(0x87, [1])) }
        return tlv(
            0x6F, tlv(0x84, Array("2PAY.SYS.DDF01".utf8)) + tlv(0xA5, tlv(0xBF0C, entries)))
    }

    static func application(
        _ name: [UInt8], label: [UInt8] = Array("TEST".utf8), list: [UInt8] = [], more: [UInt8] = []
    ) -> [UInt8] {
        let pdol = list.isEmpty ? [] : tlv(0x9F38, list)
        return tlv(0x6F, tlv(0x84, name) + tlv(0xA5, tlv(0x50, label) + pdol + more))
    }

    /// 4000 0012 3456 7899 until 2030-12, card 1.
    static func record() -> [UInt8] { tlv(0x70, track2 + account + expiry + sequence) }
    static let track2 = tlv(
        0x57, [0x40, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78, 0x99, 0xD3, 0x01, 0x22, 0x01, 0x00, 0x00, 0x00, 0x00, 0x0F])
    static let account = tlv(0x5A, [0x40, 0x00, 0x00, 0x12, 0x34, 0x56, 0x78, 0x99])
    static let expiry = tlv(0x5F24, [0x30, 0x12, 0x31])
    static let sequence = tlv(0x5F34, [0x01])

    func answer(_ command: [UInt8]) -> [UInt8] {
        switch command[1] {
        case 0xA4:
            let name = Array(command[5..<(5 + Int(command[4]))])
            if name == Array("2PAY.SYS.DDF01".utf8) { return directory + [0x90, 0x00] }
            return name == identifier ? application + [0x90, 0x00] : [0x6A, 0x82]
        case 0xA8: return optionsStatus == [0x90, 0x00] ? options + optionsStatus : optionsStatus
        case 0xB2: return records[Array(command[2...3])].map { $0 + [0x90, 0x00] } ?? [0x6A, 0x83]
        default: return [0x6D, 0x00]
        }
    }

    func read(_ profile: TerminalProfile = .test) throws -> Session {
        Session(profile, transaction: try .test()) { command, _ in answer(command) }
    }
}

/// A data object with the shortest length there is.
func tlv(_ tag: UInt32, _ value: [UInt8]) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: tag >> (24 - 8 * $0)) }.drop { $0 == 0 }
    let count = value.count
    let length: [UInt8] =
        switch count {
        case 0..<0x80: [UInt8(count)]
        case 0..<0x100: [0x81, UInt8(count)]
        case 0..<0x10000: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        default: [0x83, UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
        }
    return bytes + length + value
}
