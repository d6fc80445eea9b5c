import Evidence
import LinuxBase
import Rig
import Seal
import TLS
import TPM
import Testing

/// Old copies, other releases, and commits that are cut off.
@Suite(.serialized) struct DateTests {
    @Test func `an old copy of a record, of the index and of the whole store is refused`() throws {
        let safe = try Safe()
        try safe.open().commit([("table", [1]), ("certificate", [7])])
        let old = try safe.copyStore()
        let oldTable = try safe.bytes("table")
        let oldIndex = try safe.bytes("index")
        try safe.open().write("table", [2])
        let new = try safe.copyStore()

        // The old record's bytes under the new one's name.
        try Files.replace(safe.file("table"), with: oldTable)
        #expect(throws: SealError.altered(record: "table")) { try safe.open().read("table") }
        try safe.putBack(new)
        // The old index over the new store.
        try Files.replace(safe.file("index"), with: oldIndex)
        #expect(throws: SealError.oldCopy(date: 3, counter: 4)) { _ = try safe.open() }
        // All of the old store: not a byte of it was altered.
        try safe.putBack(old)
        #expect(throws: SealError.oldCopy(date: 3, counter: 4)) { _ = try safe.open() }
        try safe.putBack(new)
        #expect(try safe.open().read("table") == [2])
        #expect(try safe.open().read("certificate") == [7])
    }

    @Test func `a new store makes the old one an old copy`() throws {
        let safe = try Safe()
        try safe.open().write("table", [1])
        let retired = try SealedStore.retire(safe.path)
        #expect(retired == safe.path + ".retired-1")
        #expect(!SealedStore.isProvisioned(safe.path))
        #expect(try SealedStore.offset(of: retired) == 0)
        let authority = try safe.device.clientPublicKey()
        try SealedStore.provision(folder: safe.path, tpm: safe.device, authority: authority)
        #expect(try safe.open().names() == [])
        #expect(throws: SealError.oldCopy(date: 3, counter: 4)) {
            _ = try SealedStore(opening: retired, tpm: safe.device, release: safe.release)
        }
    }

    @Test func `a commit is cut off before its index: nothing of it has happened`() throws {
        var safe = try Safe()
        try safe.open().commit([("one", [1]), ("two", [1])])
        let old = try safe.copyStore()
        let memory = try safe.copyTPM()
        try safe.open().commit([("one", [2]), ("two", nil), ("three", [2])])
        // The new records are there, the index is the old one, the TPM has not counted.
        try safe.putBack(old, emptying: false)
        try safe.putBackTPM(memory)
        let store = try safe.open()
        #expect(try store.names() == ["one", "two"])
        #expect(try store.read("one") == [1])
        try store.commit([("one", [3])])
        #expect(try store.read("one") == [3])
        #expect(try Files.names(in: safe.path + "/records").count == 2)
    }

    @Test func `a commit is cut off between index and counter: it is completed, once`() throws {
        var safe = try Safe()
        try safe.open().commit([("one", [1]), ("two", [1])])
        let memory = try safe.copyTPM()
        try safe.open().commit([("one", [2]), ("two", nil), ("three", [2])])
        let ahead = try safe.copyStore()
        try safe.open().commit([("one", [4])])

        try safe.putBackTPM(memory)
        #expect(throws: SealError.fromElsewhere(date: 5, counter: 3)) { _ = try safe.open() }
        try safe.putBack(ahead)
        #expect(try safe.device.storeCounter() == 3)
        for _ in 0..<2 {
            let store = try safe.open()
            #expect(try store.names() == ["one", "three"])
            #expect(try store.read("one") == [2])
            #expect(try safe.device.storeCounter() == 4)
        }
    }

    @Test func `a TPM that fails in a commit leaves all of it or nothing`() throws {
        var safe = try Safe()
        do {
            let store = try safe.open()
            try store.commit([("one", [1]), ("two", [1])])
            try safe.pullPlug()
            #expect(throws: SealError.self) { try store.commit([("one", [2]), ("two", [2])]) }
            #expect(throws: SealError.self) { try store.commit([("one", [3])]) }
        }
        try safe.restart()
        let store = try safe.open()
        #expect(try store.read("one") == [2])
        #expect(try store.read("two") == [2])
        try store.write("one", [5])
        #expect(try store.read("one") == [5])
    }

    @Test func `a commit that changes nothing does not wear the TPM, and bad ones change nothing`() throws {
        let safe = try Safe()
        let store = try safe.open()
        try store.write("table", [1])
        let counter = try safe.device.storeCounter()
        try store.commit([])
        try store.remove("absent")
        #expect(throws: SealError.badName("../key")) { try store.commit([("table", [2]), ("../key", [1])]) }
        let limit = SealedStore.recordLimit
        #expect(throws: SealError.tooLarge(record: "big", limit: limit)) {
            try store.commit([("table", [2]), ("big", [UInt8](repeating: 0, count: limit + 1))])
        }
        #expect(try safe.device.storeCounter() == counter)
        #expect(try store.read("table") == [1])
        // The later of two changes counts.
        try store.commit([("table", [3]), ("table", [4]), ("gone", [1]), ("gone", nil)])
        #expect(try store.read("table") == [4])
        #expect(try store.names() == ["table"])
    }

    @Test func `an update opens the store, other programs and retired releases do not`() throws {
        let safe = try Safe()
        try safe.open().write("table", [1])
        let kernel = Measurement(register: 11, name: "kernel", digest: Digest.sha256([1]))!
        let update = try signed(by: safe.device, generation: 2, [kernel])
        #expect(throws: SealError.tpm(.registersDiffer)) { _ = try safe.open(update) }
        try safe.device.extend(register: 11, digest: kernel.digest)
        #expect(throws: SealError.tpm(.registersDiffer)) { _ = try safe.open() }
        #expect(try safe.open(update).read("table") == [1])
        try safe.device.retire(upTo: 2)
        let old = try signed(by: safe.device, generation: 1, [kernel])
        #expect(throws: SealError.tpm(.retired(counter: 2, generation: 1))) { _ = try safe.open(old) }
        #expect(try safe.open(update).read("table") == [1])
    }

    @Test func `a release without a policy for this TPM, and one of another maker, are named`() throws {
        let safe = try Safe()
        let other = try Safe()
        #expect(throws: SealError.noPolicy(offset: 0)) { _ = try safe.open(signed(by: safe.device, offsets: [3, 4])) }
        #expect(throws: SealError.otherAuthority) { _ = try safe.open(signed(by: other.device)) }
        var forged = safe.release
        forged.policies = [ReleaseManifest.Policy(offset: 0, signature: Array(repeating: 9, count: 64))]
        #expect(throws: SealError.tpm(.unsignedPolicy)) { _ = try safe.open(forged) }
    }

    @Test func `a TPM that counted before it was cleared has an offset`() throws {
        let safe = try Safe()
        try safe.device.retire(upTo: 6)
        _ = try SealedStore.retire(safe.path)
        let authority = try safe.device.clientPublicKey()
        try SealedStore.provision(folder: safe.path, tpm: safe.device, authority: authority)
        #expect(try SealedStore.offset(of: safe.path) == 5)
        #expect(try SealedStore.authority(of: safe.path) == authority)
        #expect(throws: SealError.noPolicy(offset: 5)) { _ = try safe.open() }
        let release = try signed(by: safe.device, offsets: [0, 5])
        try safe.open(release).write("table", [1])
        #expect(try safe.open(release).read("table") == [1])
        try safe.device.retire(upTo: 7)
        #expect(throws: SealError.tpm(.retired(counter: 7, generation: 6))) { _ = try safe.open(release) }

        // A store that is replaced on a terminal that has retired releases keeps the offset.
        _ = try SealedStore.retire(safe.path)
        try SealedStore.provision(folder: safe.path, tpm: safe.device, authority: authority, offset: 5)
        #expect(try safe.open(signed(by: safe.device, generation: 2, offsets: [5])).names() == [])
    }

    @Test func `a short torture finds nothing lost and nothing old`() throws {
        let folder = try TemporaryFolder()
        let output = try run(
            "vitrine-torture", ["--cycles", "25"], in: folder.path, timeout: .seconds(120)
        ).output
        print(output)
        #expect(output.contains("\"lost\":0"))
    }
}
