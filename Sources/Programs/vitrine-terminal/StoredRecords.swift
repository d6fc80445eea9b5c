import Correspondence
import Evidence
import Pictures
import Seal
import TLS
import Wire

/// What the trusted environment reads from the sealed store at its start, and again after a table has come. A launch
/// touches no file, but for the stored data of its application.
struct StoredRecords: Sendable {
    /// The terminal's name, from its enrolment.
    let terminal: String
    /// Empty, of version 0, until the operator's first table has come.
    let table: CorrespondenceTable
    /// The newest version that this terminal ever had of this operator: no older one follows.
    let newestTable: UInt64
    /// By application. One without a logo is held with its title alone.
    let logos: [String: Picture]
    /// Applications whose logo cannot be read: shown by their title, so that the terminal works and can be mended.
    let withoutLogo: [String]
    /// How large the sheets' letters are: as the board asks, or regular where no larger ones were provisioned.
    let type: TypeSize
    let small: GlyphSheet
    let body: GlyphSheet
    let title: GlyphSheet
    let certificate: [UInt8]
    let roots: [UInt8]
    /// The key that signs tables: 65 bytes.
    let operatorKey: [UInt8]
    /// Where the terminal finds its server while it has no table.
    let server: ServerAddress
    /// The last authenticated time, seconds since 1970; 0 for none.
    let clock: Int64
    /// The TPM is known to have retired what is below this generation, offset included.
    let retiredBelow: UInt64

    /// A record that is missing, altered, or not what its name says: nothing is shown from it.
    enum Problem: Error, CustomStringConvertible {
        case store(SealError)
        case record(String, CorrespondenceError)
        case table(TableError)
        case malformed(String)
        var description: String {
            switch self {
            case .store(let error): error.description
            case .record(let name, let error): "record \(name): \(error)"
            case .table(let error): "correspondence table: \(error)"
            case .malformed(let name): "record \(name) is not what it should be"
            }
        }
    }

    init(from store: SealedStore, type wanted: TypeSize) throws(Problem) {
        let names: Set<String>
        do throws(SealError) { names = Set(try store.names()) } catch { throw .store(error) }
        terminal = try Self.text("terminal", from: store)
        operatorKey = try Self.bytes("operator", from: store)
        table = try Self.table(from: store, names, terminal: terminal, operatorKey: operatorKey)
        newestTable = max(table.version, try Self.number("table-version", from: store, names) ?? 0)
        var logos: [String: Picture] = [:]
        var damaged: [String] = []
        for row in table.rows {
            guard let digest = row.logo else { continue }
            do {
                let bytes = try store.read(LogoRecord.name(digest))
                logos[row.application] = try LogoRecord.picture(bytes, digest: digest, sha256: Digest.sha256)
            } catch { damaged.append("\(row.application): \(error)") }
        }
        self.logos = logos
        withoutLogo = damaged
        type = names.contains(wanted.record("body")) ? wanted : .regular
        small = try Self.sheet(type.record("small", among: names), from: store)
        body = try Self.sheet(type.record("body", among: names), from: store)
        title = try Self.sheet(type.record("title", among: names), from: store)
        certificate = try Self.bytes("certificate", from: store)
        roots = try Self.bytes("roots", from: store)
        guard let address = ServerAddress(parsing: try Self.text("server", from: store)) else {
            throw .malformed("server")
        }
        server = address
        clock = Int64(bitPattern: try Self.number("clock", from: store, names) ?? 0)
        retiredBelow = try Self.number("retired", from: store, names) ?? 0
    }

    private static func table(
        from store: SealedStore, _ names: Set<String>, terminal: String, operatorKey: [UInt8]
    ) throws(Problem) -> CorrespondenceTable {
        guard names.contains("table") else {
            return CorrespondenceTable(version: 0, terminal: terminal, user: "", rows: [])
        }
        let bytes = try Self.bytes("table", from: store)
        do throws(TableError) {
            let signed = try SignedTable(decoding: bytes) { message, signature in
                SignatureCheck.isValid(signature, of: message, point: operatorKey)
            }
            try signed.check(terminal: terminal)
            try signed.check(records: names)
            return signed.table
        } catch { throw .table(error) }
    }

    /// Nil for a record that is not there.
    private static func number(
        _ name: String, from store: SealedStore, _ names: Set<String>
    ) throws(Problem) -> UInt64? {
        guard names.contains(name) else { return nil }
        guard let value = NumberRecord.value(of: try bytes(name, from: store)) else { throw .malformed(name) }
        return value
    }

    private static func sheet(_ name: String, from store: SealedStore) throws(Problem) -> GlyphSheet {
        let bytes = try bytes(name, from: store)
        do throws(CorrespondenceError) { return try GlyphSheet(decoding: bytes) } catch { throw .record(name, error) }
    }

    private static func text(_ name: String, from store: SealedStore) throws(Problem) -> String {
        guard let text = String(validating: try bytes(name, from: store), as: UTF8.self),
            WireText.isClean(text, bytes: 1...WireLimits.textBytes)
        else { throw .malformed(name) }
        return text
    }

    private static func bytes(_ name: String, from store: SealedStore) throws(Problem) -> [UInt8] {
        do throws(SealError) { return try store.read(name) } catch { throw .store(error) }
    }
}

extension ServerAddress {
    /// `HOST:PORT`, with an IPv6 address in brackets.
    init?(parsing text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }
}
