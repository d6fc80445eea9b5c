/// Reads the NDEF message of one NFC Forum Type 4 tag (Type 4 Tag Specification 1.1, mapping versions 2 and 3). Pure:
/// what it returns is to be sent, what comes back is to be given to `take`.
///
///     start ─▶ application ─▶ container ─▶ description (─▶ rest of it) ─▶ file ─▶ length ─▶ content ─▶ done
///                  │ not there                                                              ▲    │
///                  ▼                                                                        └────┘ more
///               failed, as from anywhere on a wrong answer
public struct TagReading: Sendable {
    private var state = State.new
    private var commands = 0
    /// The last command, for the answer "same again with this length" (6Cxx), and whether it was that already.
    private var last: [UInt8] = []
    private var isCorrected = false

    private enum State {
        case new
        case application
        case container
        case description
        /// An extended file control object has two bytes beyond the first fifteen.
        case restOfDescription(start: [UInt8])
        case file(TagFile)
        case length(TagFile)
        case content(TagFile, count: Int, message: [UInt8])
        case ended
    }

    public init() {}

    /// The first command. Once.
    public mutating func start() -> TagStep {
        guard case .new = state else { return fail(.outOfTurn) }
        state = .application
        // By name, and whatever it says of itself is not wanted.
        return send([0x00, 0xA4, 0x04, 0x00, 0x07, 0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01, 0x00])
    }

    /// The tag's response, its status (SW1 SW2) at the end.
    public mutating func take(_ response: RawSpan) -> TagStep {
        guard response.byteCount >= 2 else { return fail(.malformed) }
        let count = response.byteCount - 2
        let status = UInt16(response.octet(count)) << 8 | UInt16(response.octet(count + 1))
        if status >> 8 == 0x6C, let length = last.indices.last, !isCorrected, last[1] == 0xB0 {
            var again = last
            again[length] = UInt8(status & 0xFF)
            return send(again, corrected: true)
        }
        do throws(TagFault) {
            return try next(TagAnswer(bytes: response.octets(0..<count), status: status))
        } catch {
            return fail(error)
        }
    }

    private mutating func next(_ answer: TagAnswer) throws(TagFault) -> TagStep {
        switch state {
        case .new, .ended: throw .outOfTurn
        case .application:
            // A tag may hold its own description back until asked for it (61xx): it is not wanted.
            guard answer.status == 0x9000 || answer.status >> 8 == 0x61 else { throw .notTag }
            state = .container
            return select(TagFile.container)
        case .container:
            try answer.requireSuccess()
            state = .description
            return read(at: 0, count: TagFile.descriptionBytes)
        case .description:
            let bytes = try answer.exactly(TagFile.descriptionBytes)
            guard TagFile.isExtended(bytes) else { return found(try TagFile(description: bytes)) }
            state = .restOfDescription(start: bytes)
            return read(at: bytes.count, count: TagFile.extendedBytes - bytes.count)
        case .restOfDescription(let start):
            return found(try TagFile(description: start + answer.exactly(TagFile.extendedBytes - start.count)))
        case .file(let file):
            try answer.requireSuccess()
            state = .length(file)
            return read(at: 0, count: file.lengthBytes)
        case .length(let file):
            let count = try file.messageCount(answer.exactly(file.lengthBytes))
            return content(file, count: count, message: [])
        case .content(let file, let count, let message):
            let piece = try answer.upTo(file.piece(of: count - message.count))
            return content(file, count: count, message: message + piece)
        }
    }

    private mutating func found(_ file: TagFile) -> TagStep {
        state = .file(file)
        return select(file.identifier)
    }

    private mutating func content(_ file: TagFile, count: Int, message: [UInt8]) -> TagStep {
        guard message.count < count else {
            state = .ended
            return .done(message)
        }
        state = .content(file, count: count, message: message)
        return read(at: file.lengthBytes + message.count, count: file.piece(of: count - message.count))
    }

    private mutating func select(_ file: UInt16) -> TagStep {
        send([0x00, 0xA4, 0x00, 0x0C, 0x02, UInt8(file >> 8), UInt8(file & 0xFF)])
    }

    private mutating func read(at offset: Int, count: Int) -> TagStep {
        send([0x00, 0xB0, UInt8(offset >> 8), UInt8(offset & 0xFF), UInt8(count)])
    }

    private mutating func send(_ command: [UInt8], corrected: Bool = false) -> TagStep {
        guard commands < InvoiceLimits.commands else { return fail(.overLimit) }
        commands += 1
        last = command
        isCorrected = corrected
        return .transmit(command)
    }

    private mutating func fail(_ fault: TagFault) -> TagStep {
        state = .ended
        return .failed(fault)
    }
}
