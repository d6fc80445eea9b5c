import Catalogue
import FoundationEssentials
import LinuxBase
import Rig
import Testing

extension DepotTests {
    @Suite struct `Archives` {
        private func read(_ bytes: [UInt8], pieces: Int = 1 << 20) throws -> [TarReader.Entry] {
            var reader = TarReader()
            var entries: [TarReader.Entry] = []
            for start in stride(from: 0, to: bytes.count, by: pieces) {
                try reader.take(bytes[start..<min(start + pieces, bytes.count)]) { (entry) throws(TarReader.Problem) in
                    entries.append(entry)
                }
            }
            try reader.finish()
            return entries
        }

        /// GNU tar writes each of its forms; its own list is what is compared with.
        @Test(arguments: ["ustar", "pax", "gnu", "v7"])
        func `an archive of GNU tar has the entries that GNU tar lists`(form: String) throws {
            let folder = try TemporaryFolder()
            let source = folder.path + "/source"
            try Files.makeFolder(source + "/deep/" + String(repeating: "n", count: 60))
            let long =
                form == "v7"
                ? "short" : "deep/" + String(repeating: "n", count: 60) + "/" + String(repeating: "x", count: 90)
            for (name, count) in [("a", 0), ("b", 511), ("c", 512), ("d", 513), (long, 100_000)] {
                try Files.replace("\(source)/\(name)", with: [UInt8](repeating: 7, count: count))
            }
            try Files.makeLink(source + "/link", to: "a")
            if form == "pax" || form == "gnu" {
                try Files.replace(source + "/Bäckerei " + String(repeating: "é", count: 80), with: [1])
            }
            let archive = folder.path + "/a.tar"
            let tar = try Programs.tool("tar")
            try run(tar, ["--format=\(form)", "-C", source, "-cf", archive, "."], in: folder.path)
            let listed = try run(tar, ["--quoting-style=literal", "-tf", archive], in: folder.path).output
                .split(separator: "\n").map(String.init)
            let bytes = try Files.read(archive, limit: 1 << 24)
            for pieces in [1 << 20, 512, 97, 1] {
                let entries = try read(bytes, pieces: pieces)
                #expect(entries.map(\.path) == listed)
                #expect(entries.filter { $0.kind == .file }.map(\.size).sorted().suffix(2).last == 100_000)
            }
            // Cut inside an entry it is no archive, and between two a shorter one.
            let all = try read(bytes)
            var refused = 0
            for count in stride(from: 0, to: bytes.count, by: 97) {
                if let entries = try? read(Array(bytes[..<count])) {
                    #expect(all.starts(with: entries))
                } else {
                    refused += 1
                }
            }
            #expect(refused > 900, "\(refused)")
        }

        @Test func `a head with one bit changed is refused, or says what it said`() throws {
            var tar = Tar()
            tar.add("app/x", text: "hello")
            let good = tar.finished
            let entries = try read(good)
            for bit in 0..<(512 * 8) {
                var bytes = good
                bytes[bit / 8] ^= 1 << (bit % 8)
                if let read = try? read(bytes) { #expect(read == entries, "bit \(bit)") }
            }
        }
    }
}
