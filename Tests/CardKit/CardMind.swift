/// What a card answers, command by command. Pure: no socket, no clock.
struct CardMind {
    enum Reply: Equatable {
        case answer([UInt8])
        /// Nothing, ever.
        case silence
        /// The card is gone.
        case torn
    }

    private enum Selection { case nothing, directory, application, tag, file([UInt8]) }

    private let description: CardDescription
    private var selection = Selection.nothing
    private(set) var count = 0

    init(_ description: CardDescription) { self.description = description }

    /// Power was taken away, or the card reset.
    mutating func reset() { selection = .nothing }

    mutating func answer(_ command: [UInt8]) -> Reply {
        count += 1
        switch description.malice {
        case .silent(let first) where count >= first: return .silence
        case .torn(let number) where count >= number: return .torn
        case .endless: return .answer([0x61, 0x10])
        case .otherLength: return .answer([0x6C, UInt8(truncatingIfNeeded: count | 1)])
        case .short: return .answer([0x90])
        case .noise: return .answer(Self.noise(count) + Status.ok)
        default: return .answer(respond(command))
        }
    }

    private mutating func respond(_ command: [UInt8]) -> [UInt8] {
        guard command.count >= 4 else { return Status.wrongLength }
        let data = command.count > 5 ? Array(command[5...].prefix(Int(command[4]))) : []
        switch (command[0], command[1]) {
        case (0x00, 0xA4): return select(command[2], data)
        case (0x80, 0xA8): return options(data)
        case (0x00, 0xB2): return record(command)
        case (0x00, 0xB0): return binary(command)
        default: return Status.unknown
        }
    }

    private mutating func select(_ by: UInt8, _ name: [UInt8]) -> [UInt8] {
        switch description.kind {
        case .payment(let card):
            guard by == 4 else { return Status.notFound }
            if name == PaymentCard.directory {
                selection = .directory
                return directory(card) + Status.ok
            }
            guard name.count >= 5, card.application.starts(with: name) else { return Status.notFound }
            selection = .application
            let list: [UInt8] =
                description.malice == .nonsense
                ? (0..<40).flatMap { [0xDF, 0x7F, UInt8($0), 0x7F] } : PaymentCard.wantedList
            return card.applicationAnswer(options: list) + Status.ok
        case .tag(let message):
            if by == 4 && name == [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01] {
                selection = .tag
                return Status.ok
            }
            guard by == 0 else { return Status.notFound }
            switch name {
            case [0xE1, 0x03]: selection = .file(capabilities)
            case [0xE1, 0x04]: selection = .file(content(message))
            default: return Status.notFound
            }
            return Status.ok
        }
    }

    private func directory(_ card: PaymentCard) -> [UInt8] {
        switch description.malice {
        case .wrongLengths: [0x6F, 0x20, 0x84, 0x0E] + PaymentCard.directory + [0xA5, 0x7F, 0xBF, 0x0C, 0x7E]
        case .nested: (0..<100).reduce([0x4F, 0x00]) { inner, _ in TLV.object([0x61], inner) }
        case .crowded:
            TLV.object(
                [0x6F],
                TLV.object(
                    [0xA5], TLV.object([0xBF, 0x0C], (0..<200).flatMap { card.entry(priority: UInt8($0 % 15 + 1)) })))
        default: card.directoryAnswer
        }
    }

    private func options(_ data: [UInt8]) -> [UInt8] {
        guard case .payment(let card) = description.kind, case .application = selection else { return Status.unknown }
        // The list's values in a template 83, exactly as long as they were asked for (EMV Book 3, 5.4).
        guard data.count == PaymentCard.wantedCount + 2, data[0] == 0x83, Int(data[1]) == PaymentCard.wantedCount else {
            return Status.wrongLength
        }
        return card.optionsAnswer + Status.ok
    }

    private func record(_ command: [UInt8]) -> [UInt8] {
        guard case .payment(let card) = description.kind, case .application = selection else { return Status.unknown }
        if description.malice == .huge {
            return TLV.object([0x70], TLV.object([0x9F, 0x46], [UInt8](repeating: 0x55, count: 65_000))) + Status.ok
        }
        guard command[3] & 7 == 4, let record = card.record(Int(command[2]), of: command[3] >> 3) else {
            return Status.noRecord
        }
        return record + Status.ok
    }

    private func binary(_ command: [UInt8]) -> [UInt8] {
        guard case .file(let bytes) = selection, command.count >= 5 else { return Status.unknown }
        let offset = Int(command[2]) << 8 | Int(command[3])
        guard offset < bytes.count else { return Status.beyond }
        let wanted = command[4] == 0 ? 256 : Int(command[4])
        return Array(bytes[offset...].prefix(wanted)) + Status.ok
    }

    /// NFC Forum Type 4 Tag, capability container: length, version 2.0, most to read, most to write, the file's control
    /// object: name, size, read free, no writing.
    private var capabilities: [UInt8] {
        switch description.malice {
        case .wrongLengths: [0x00, 0x03, 0x20]
        case .nonsense: [0x00, 0x0F, 0xF0, 0x00, 0x00, 0x00, 0x00, 0x7F, 0xFF]
        default: [0x00, 0x0F, 0x20, 0x00, 0xFF, 0x00, 0xFF, 0x04, 0x06, 0xE1, 0x04, 0x7F, 0xFF, 0x00, 0xFF]
        }
    }

    private func content(_ message: [UInt8]) -> [UInt8] {
        switch description.malice {
        case .huge: return [0xFF, 0xFF] + [UInt8](repeating: 0x55, count: 65_000)
        case .nested: return [0x00, 0x04, 0xD1, 0xFF, 0xFF, 0x55]
        case .crowded:
            let records = (0..<200).flatMap { _ in [0x11, 0x01, 0x01, 0x54, 0x00] as [UInt8] }
            return [UInt8(records.count >> 8), UInt8(records.count & 0xFF)] + records
        default: return [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        }
    }

    private static func noise(_ seed: Int) -> [UInt8] {
        var state = UInt32(truncatingIfNeeded: seed) &* 2_654_435_761 | 1
        return (0..<200).map { _ in
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            return UInt8(truncatingIfNeeded: state)
        }
    }
}

/// Status words (ISO/IEC 7816-4, 5.6).
private enum Status {
    static let ok: [UInt8] = [0x90, 0x00]
    static let wrongLength: [UInt8] = [0x67, 0x00]
    static let notFound: [UInt8] = [0x6A, 0x82]
    static let noRecord: [UInt8] = [0x6A, 0x83]
    static let beyond: [UInt8] = [0x6B, 0x00]
    static let unknown: [UInt8] = [0x6D, 0x00]
}
