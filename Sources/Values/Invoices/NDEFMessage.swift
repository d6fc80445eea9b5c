/// Why bytes are no NDEF message. Safe to log.
public enum NDEFError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong(bytes: Int, limit: Int)
    case truncated
    case tooManyRecords
    /// The first record does not begin the message, or a later one does; the last one does not end it, or bytes follow.
    case badFrame
    /// A record whose type, identifier or payload its kind does not allow, or of a kind that is reserved.
    case badRecord(Int)
    /// Chunks that do not belong together.
    case badChunk(Int)

    public var description: String {
        switch self {
        case .tooLong(let bytes, let limit): "the tag's message has \(bytes) bytes, \(limit) are allowed"
        case .truncated: "the tag's message ends too early"
        case .tooManyRecords: "the tag's message has too many parts"
        case .badFrame: "the tag's message does not begin and end as it should"
        case .badRecord(let number): "part \(number) of the tag's message is not valid"
        case .badChunk(let number): "part \(number) of the tag's message is out of place"
        }
    }
}

/// A record of a message, its chunks put together.
public struct NDEFRecord: Equatable, Sendable {
    /// TNF: what its type is (NFC Forum NDEF 1.0).
    public enum Kind: UInt8, Equatable, Sendable {
        case empty = 0
        case wellKnown = 1
        case media = 2
        case absoluteURI = 3
        case external = 4
        case unknown = 5
    }

    public let kind: Kind
    public let type: [UInt8]
    public let identifier: [UInt8]
    public internal(set) var payload: [UInt8]
}

/// An NFC Forum Data Exchange Format message (NDEF 1.0): one to `InvoiceLimits.records` records, exactly filled.
public struct NDEFMessage: Equatable, Sendable {
    public let records: [NDEFRecord]

    /// Reads foreign bytes.
    public init(decoding bytes: [UInt8]) throws(NDEFError) {
        guard bytes.count <= InvoiceLimits.messageBytes else {
            throw .tooLong(bytes: bytes.count, limit: InvoiceLimits.messageBytes)
        }
        var reader = RecordReader(bytes)
        var records: [NDEFRecord] = []
        var isChunked = false
        var ended = false
        while !ended {
            let number = reader.number
            let piece = try reader.next()
            guard piece.begins == (number == 1) else { throw .badFrame }
            guard (piece.kind == nil) == isChunked else { throw .badChunk(number) }
            if let kind = piece.kind {
                let record = NDEFRecord(
                    kind: kind, type: piece.type, identifier: piece.identifier, payload: piece.payload)
                // An empty record has nothing at all, and so no chunks.
                guard kind != .empty || !piece.isChunk else { throw .badChunk(number) }
                records.append(record)
            } else {
                records[records.count - 1].payload += piece.payload
            }
            isChunked = piece.isChunk
            ended = piece.ends
            guard !ended || !isChunked else { throw .badChunk(number) }
        }
        guard reader.isAtEnd else { throw .badFrame }
        self.records = records
    }
}

/// Takes records from the front of bytes.
private struct RecordReader {
    struct Piece {
        let begins, ends, isChunk: Bool
        /// Nil for a later chunk (TNF 6, "unchanged").
        let kind: NDEFRecord.Kind?
        let type, identifier, payload: [UInt8]
    }

    private let bytes: [UInt8]
    private var place = 0
    /// Of the next record, from 1.
    private(set) var number = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func next() throws(NDEFError) -> Piece {
        guard number <= InvoiceLimits.records else { throw .tooManyRecords }
        let head = try take(1)[0]
        let hasIdentifier = head & 0x08 != 0
        let typeCount = Int(try take(1)[0])
        let payloadCount = try take(head & 0x10 != 0 ? 1 : 4).reduce(0) { $0 << 8 | Int($1) }
        let identifierCount = hasIdentifier ? Int(try take(1)[0]) : 0
        let kind = try kind(
            head & 0x07, typeCount: typeCount, hasIdentifier: hasIdentifier,
            isNothing: identifierCount == 0 && payloadCount == 0)
        let type = try take(typeCount)
        let identifier = try take(identifierCount)
        let payload = try take(payloadCount)
        number += 1
        return Piece(
            begins: head & 0x80 != 0, ends: head & 0x40 != 0, isChunk: head & 0x20 != 0, kind: kind, type: type,
            identifier: identifier, payload: payload)
    }

    /// NDEF 1.0: which kinds have a type, an identifier, a payload.
    private func kind(
        _ value: UInt8, typeCount: Int, hasIdentifier: Bool, isNothing: Bool
    ) throws(NDEFError) -> NDEFRecord.Kind? {
        let isAllowed: Bool
        switch value {
        case 0: isAllowed = typeCount == 0 && isNothing
        case 1...4: isAllowed = typeCount > 0
        case 5: isAllowed = typeCount == 0
        case 6: isAllowed = typeCount == 0 && !hasIdentifier
        default: isAllowed = false
        }
        guard isAllowed else { throw .badRecord(number) }
        return NDEFRecord.Kind(rawValue: value)
    }

    private mutating func take(_ count: Int) throws(NDEFError) -> [UInt8] {
        guard bytes.count - place >= count else { throw .truncated }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }
}
