import Evidence
import Glibc
import LinuxBase
import Seal
import TPM

/// The child: opens the store, says which number it found, and commits the next numbers until it is killed.
///
/// Lines to the parent: `found N`, `committed N`, `torn`, `old` (the store is an older copy), `failed WHY`.
enum Committer {
    static let records = ["number", "data/one", "data/two"]

    static func run(_ words: [String]) -> Int32 {
        guard words.count == 3 else { return 64 }
        do {
            let release = try ReleaseManifest(decoding: try Files.read(words[2], limit: EvidenceLimits.manifestBytes))
            let tpm = try TPMDevice(tcti: words[1])
            let store = try SealedStore(opening: words[0], tpm: tpm, release: release)
            var number = try found(in: store)
            say("found \(number)")
            while true {
                number += 1
                try store.commit(contents(number))
                say("committed \(number)")
            }
        } catch SealError.oldCopy {
            say("old")
        } catch is Torn {
            say("torn")
        } catch {
            say("failed \(error)")
        }
        return 1
    }

    /// Three records that are committed together; every fourth time one of them is missing.
    private static func contents(_ number: Int) -> [(name: String, bytes: [UInt8]?)] {
        let bytes = Array("\(number)".utf8)
        let filling = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
        return [
            (records[0], bytes), (records[1], bytes + filling), (records[2], number % 4 == 0 ? nil : bytes + filling),
        ]
    }

    private struct Torn: Error {}

    /// Zero for a new store.
    private static func found(in store: SealedStore) throws -> Int {
        let names = try store.names()
        if names.isEmpty { return 0 }
        guard let number = Int(String(decoding: try store.read(records[0]), as: UTF8.self)) else { throw Torn() }
        for (name, bytes) in contents(number) {
            if let bytes {
                guard names.contains(name), try store.read(name) == bytes else { throw Torn() }
            } else if names.contains(name) {
                throw Torn()
            }
        }
        return number
    }
}
