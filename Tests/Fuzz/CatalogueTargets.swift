import Catalogue
import FuzzKit

/// What comes with applications: layers of images, and where they are. (Manifests are left to the TOML library, which
/// gives no memory back.)
enum CatalogueTargets {
    static let all = [layer, reference]

    /// A POSIX head for a file of five bytes, its content, and the end.
    private static let archive: [UInt8] = {
        var head = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            head.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put("app/main", at: 0)
        put("0000644", at: 100)
        put("00000000005", at: 124)
        put("        0", at: 148)
        put("ustar\u{0}00", at: 257)
        let sum = String(head.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.utf8.count) + sum + "\u{0} ", at: 148)
        return head + Array("hello".utf8) + [UInt8](repeating: 0, count: 507 + 1024)
    }()

    /// In one piece or byte by byte: the same entries, none of which leads out.
    static let layer = FuzzTarget(name: "layer", corpus: [archive]) { input in
        func read(_ pieces: Int) -> [TarReader.Entry]? {
            var reader = TarReader()
            var entries: [TarReader.Entry] = []
            do {
                for start in stride(from: 0, to: input.count, by: pieces) {
                    try reader.take(input[start..<min(input.count, start + pieces)]) {
                        (entry) throws(TarReader.Problem) in entries.append(entry)
                    }
                }
                try reader.finish()
                return entries
            } catch {
                return nil
            }
        }
        let whole = read(input.count + 1)
        guard whole == read(7) else { return .broken("the pieces matter") }
        guard let whole else { return .refused }
        let isDecent = whole.allSatisfy { entry in
            (!entry.path.hasPrefix("/") || entry.path == "/" && entry.kind == .folder)
                && !entry.path.split(separator: "/").contains("..") && entry.size >= 0
        }
        return isDecent ? .accepted : .broken("an entry leads out")
    }

    static let reference = FuzzTarget(
        name: "image-reference",
        corpus: ["oci:/a:1", "oci-archive:a.tar", "docker://h:1/a/b:c", "docker://[::1]/a"].map { Array($0.utf8) }
    ) { input in
        Targets.verdict {
            let text = String(decoding: input, as: UTF8.self)
            guard let reference = try ImageReference(text) else { return true }
            return try ImageReference(reference.description) == reference
        }
    }
}
