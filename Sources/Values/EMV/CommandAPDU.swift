/// A command to a card, short form (ISO/IEC 7816-4 §5.1). None carries a secret: what a card can ask for in its PDOL is
/// the amount, the date, random numbers and the terminal's own description.
///
/// Each ends in Le. A reader that speaks T=0 wants it dropped from those with a data field; contactless readers speak
/// T=1.
public struct CommandAPDU: Equatable, Sendable {
    public let bytes: [UInt8]

    /// The contactless directory, 2PAY.SYS.DDF01 (EMV Contactless Book B §3.3.2).
    static let directoryName = Array("2PAY.SYS.DDF01".utf8)

    /// SELECT by name (EMV Book 1 §11.3), `next` for the next application whose name begins so.
    static func select(_ name: [UInt8], next: Bool = false) -> CommandAPDU {
        CommandAPDU(bytes: [0x00, 0xA4, 0x04, next ? 0x02 : 0x00, UInt8(name.count)] + name + [0x00])
    }

    /// GET PROCESSING OPTIONS (EMV Book 3 §6.5.8) with the PDOL's values in their template 83. Nil if they do not fit.
    static func processingOptions(_ values: [UInt8]) -> CommandAPDU? {
        let head: [UInt8] = values.count < 0x80 ? [0x83] : [0x83, 0x81]
        let count = head.count + 1 + values.count
        guard count <= CardLimits.commandData else { return nil }
        return CommandAPDU(
            bytes: [0x80, 0xA8, 0x00, 0x00, UInt8(count)] + head + [UInt8(values.count)] + values + [0x00])
    }

    /// READ RECORD (EMV Book 3 §6.5.11).
    static func read(_ record: FileLocator.Record) -> CommandAPDU {
        CommandAPDU(bytes: [0x00, 0xB2, record.number, record.file << 3 | 0x04, 0x00])
    }

    /// GET RESPONSE (EMV Book 1 §9.3.1.3); 0 stands for 256 bytes.
    static func continuation(_ length: UInt8) -> CommandAPDU {
        CommandAPDU(bytes: [0x00, 0xC0, 0x00, 0x00, length])
    }

    /// The same command with another Le.
    func expecting(_ length: UInt8) -> CommandAPDU { CommandAPDU(bytes: bytes.dropLast() + [length]) }
}
