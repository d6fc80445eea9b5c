import Correspondence
import Pictures
import Seal
import TPM

/// What the trusted environment reads from the sealed store at its start. Read once: a launch touches no file.
struct StoredRecords: Sendable {
    let table: CorrespondenceTable
    /// By application. One without a logo is held with its title alone.
    let logos: [String: Picture]
    let small: GlyphSheet
    let body: GlyphSheet
    let title: GlyphSheet
    let certificate: [UInt8]
    let roots: [UInt8]

    /// A record that is missing, altered, or not what its name says: nothing is shown from it.
    enum Problem: Error, CustomStringConvertible {
        case store(SealError)
        case record(String, CorrespondenceError)
        case emptyTable
        var description: String {
            switch self {
            case .store(let error): error.description
            case .record(let name, let error): "record \(name): \(error)"
            case .emptyTable: "the correspondence table has no row: nothing can be launched"
            }
        }
    }

    init(from store: SealedStore) throws(Problem) {
        table = try Self.load("table", from: store) { (bytes) throws(CorrespondenceError) in
            try CorrespondenceTable(decoding: bytes)
        }
        guard !table.rows.isEmpty else { throw .emptyTable }
        var logos: [String: Picture] = [:]
        let names: Set<String>
        do throws(SealError) { names = Set(try store.names()) } catch { throw .store(error) }
        for row in table.rows where names.contains("logo/\(row.application)") {
            logos[row.application] = try Self.load("logo/\(row.application)", from: store) {
                (bytes) throws(CorrespondenceError) in try Picture(decodingLogo: bytes)
            }
        }
        self.logos = logos
        small = try Self.sheet("glyphs/small", from: store)
        body = try Self.sheet("glyphs/body", from: store)
        title = try Self.sheet("glyphs/title", from: store)
        do throws(SealError) {
            certificate = try store.read("certificate")
            roots = try store.read("roots")
        } catch {
            throw .store(error)
        }
    }

    private static func sheet(_ name: String, from store: SealedStore) throws(Problem) -> GlyphSheet {
        try load(name, from: store) { (bytes) throws(CorrespondenceError) in try GlyphSheet(decoding: bytes) }
    }

    private static func load<Value>(
        _ name: String, from store: SealedStore, decode: ([UInt8]) throws(CorrespondenceError) -> Value
    ) throws(Problem) -> Value {
        let bytes: [UInt8]
        do throws(SealError) { bytes = try store.read(name) } catch { throw .store(error) }
        do throws(CorrespondenceError) { return try decode(bytes) } catch { throw .record(name, error) }
    }
}
