import Catalogue
import Database
import FoundationEssentials
import LinuxBase
import Rig
import Synchronization
import Testing

extension DepotTests {
    @Suite struct `Versions` {
        /// Imports an image of this version, signed now.
        private func add(_ version: String, to depot: borrowing Depot, at date: Date? = nil) throws -> CatalogueEntry {
            try depot.image([Depot.layer(version: version).finished], tag: version)
            try depot.sign(depot.reference(version), at: date)
            return try depot.catalogue.importImage(depot.reference(version), trust: depot.trust, now: date ?? depot.now)
        }

        @Test func `versions lie side by side, and a pin holds against what is imported`() throws {
            let depot = try Depot()
            let one = try add("1.0", to: depot)
            let two = try add("2.0", to: depot, at: depot.now + 10)
            #expect(try depot.catalogue.application("shop").digest == two.digest)
            let pinned = try depot.catalogue.pin("shop", "1.0", now: depot.now + 20)
            #expect(pinned.digest == one.digest && pinned.pinned && pinned.enabled)
            let three = try add("3.0", to: depot, at: depot.now + 30)
            #expect(!three.enabled)
            #expect(try depot.catalogue.application("shop").digest == one.digest)
            #expect(try depot.catalogue.list("shop").map(\.manifest.version).sorted() == ["1.0", "2.0", "3.0"])
            let byDigest = try depot.catalogue.pin("shop", String(two.digest.prefix(12)), now: depot.now + 40)
            #expect(byDigest.digest == two.digest)
            let byImage = try depot.catalogue.pin("shop", try #require(one.imageDigest), now: depot.now + 40)
            #expect(byImage.digest == one.digest)
            #expect(try depot.catalogue.unpin("shop", now: depot.now + 50).digest == three.digest)
            #expect(throws: CatalogueError.noVersion(application: "shop", "4.0")) {
                try depot.catalogue.pin("shop", "4.0", now: depot.now)
            }
            #expect(throws: CatalogueError.unknownApplication("nothing")) {
                try depot.catalogue.pin("nothing", "1.0", now: depot.now)
            }
            for entry in [one, two, three] { try depot.catalogue.verify(entry) }
        }

        @Test func `a version by which two go is none, and one whose files were altered is not switched to`() throws {
            let depot = try Depot()
            let one = try add("1.0", to: depot)
            var other = Depot.layer(version: "1.0")
            other.add("app/more", text: "x")
            try depot.image([other.finished], tag: "other")
            try depot.sign(depot.reference("other"))
            _ = try depot.catalogue.importImage(depot.reference("other"), trust: depot.trust, now: depot.now)
            let error = #expect(throws: CatalogueError.self) {
                try depot.catalogue.pin("shop", "1.0", now: depot.now)
            }
            guard case .severalVersions(_, _, let digests)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(digests.count == 2)
            try Files.replace(one.folder + "/shop", with: [1], mode: 0o755)
            #expect(throws: CatalogueError.self) { try depot.catalogue.pin("shop", one.digest, now: depot.now) }
        }

        @Test func `a session that begins while versions are switched gets one of them, whole`() throws {
            let depot = try Depot()
            let one = try add("1.0", to: depot)
            let two = try add("2.0", to: depot, at: depot.now + 10)
            let catalogue = depot.catalogue
            let digests = Set([one.digest, two.digest])
            let counts = Mutex((looks: 0, wrong: 0, isOver: false))
            let finished = try Wakeup()
            try WorkerThread.start("sessions") {
                while !counts.withLock({ $0.isOver }) {
                    // A failure counts as wrong, whatever it is.
                    let found = try? catalogue.application("shop")
                    let isGood = found.map { digests.contains($0.digest) && Files.exists($0.folder + "/shop") } ?? false
                    counts.withLock {
                        $0.looks += 1
                        if !isGood { $0.wrong += 1 }
                    }
                }
                finished.ring()
            }
            for index in 0..<100 { _ = try catalogue.pin("shop", index % 2 == 0 ? "1.0" : "2.0", now: depot.now) }
            counts.withLock { $0.isOver = true }
            _ = try Poll.wait(for: finished.descriptor, events: .readable, timeout: .seconds(10))
            let (looks, wrong, _) = counts.withLock { $0 }
            #expect(wrong == 0 && looks > 100, "\(looks) looks")
        }

        @Test func `what nobody needs is collected, and what somebody needs is not`() throws {
            let depot = try Depot()
            var entries: [CatalogueEntry] = []
            for index in 0..<6 {
                entries.append(try add("\(index).0", to: depot, at: depot.now + Double(index * 100)))
            }
            let late = depot.now + 10_000
            let session = try depot.directory.startSession(
                terminal: "t1", user: "alice", application: "shop", digest: entries[0].digest, now: late)
            _ = try depot.catalogue.pin("shop", "2.0", now: late)
            // 2.0 is pinned, a session runs 0.0, and one more (5.0, the newest) is kept.
            let removed = try depot.catalogue.collect(keep: 1, grace: 60, now: late + 100)
            #expect(removed.map(\.manifest.version).sorted() == ["1.0", "3.0", "4.0"])
            #expect(
                try Set(Files.names(in: StateFolder.applications(depot.state) + "/shop"))
                    == Set([entries[0], entries[2], entries[5]].map(\.digest)))
            try depot.directory.endSession(session, outcome: .ended, detail: "", now: late)
            #expect(try depot.catalogue.collect(keep: 1, grace: 60, now: late + 100).map(\.manifest.version) == ["0.0"])
            // 5.0 was replaced a moment ago: a session may be about to begin with it.
            #expect(try depot.catalogue.collect(keep: 0, grace: 600, now: late + 100).isEmpty)
            #expect(try depot.catalogue.collect(keep: 0, grace: 60, now: late + 100).map(\.manifest.version) == ["5.0"])
            #expect(try depot.catalogue.list().map(\.manifest.version) == ["2.0"] && depot.names == ["shop"])
        }

        @Test func `one version is removed, but not the one that new sessions get or a session runs`() throws {
            let depot = try Depot()
            let one = try add("1.0", to: depot)
            _ = try add("2.0", to: depot, at: depot.now + 10)
            #expect(throws: CatalogueError.current(application: "shop", version: "2.0")) {
                try depot.catalogue.remove("shop", version: "2.0", now: depot.now)
            }
            let session = try depot.directory.startSession(
                terminal: "t1", user: "alice", application: "shop", digest: one.digest, now: depot.now)
            #expect(throws: CatalogueError.inUse(application: "shop", sessions: 1)) {
                try depot.catalogue.remove("shop", version: "1.0", now: depot.now)
            }
            try depot.directory.endSession(session, outcome: .ended, detail: "", now: depot.now)
            try depot.catalogue.remove("shop", version: "1.0", now: depot.now)
            #expect(try depot.catalogue.list().map(\.manifest.version) == ["2.0"])
            #expect(!Files.exists(one.folder))
        }

        @Test func `an import that is killed leaves nothing that the next one does not sweep`() throws {
            let depot = try Depot()
            let one = try add("1.0", to: depot)
            try depot.image([Depot.layer(version: "2.0").finished], tag: "2.0")
            let registry = try BadRegistry(.drips, layout: depot.layout, in: depot.folder.path)
            let program = try Programs.path("vitrinectl")
            let nothing = try Files.openNothing()
            let child = try ChildProcess(
                program,
                arguments: [
                    program, "app", "import", "--unsigned", "--plain-http",
                    "docker://127.0.0.1:\(registry.port)/shop:2.0",
                    "--state", depot.state,
                ], environment: ["PATH=/usr/bin:/bin"], descriptors: [(nothing.raw, 1), (nothing.raw, 2)])
            let state = depot.state
            func arriving() -> [String] {
                ((try? Files.names(in: StateFolder.applications(state))) ?? []).filter { $0.hasPrefix(".arriving-") }
            }
            try wait(for: "the import to fetch") {
                guard let name = arriving().first else { return false }
                return Files.exists(StateFolder.applications(state) + "/\(name)/layout")
            }
            _ = try child.stop(grace: .zero)
            #expect(arriving().count == 1)
            #expect(try depot.catalogue.application("shop").digest == one.digest)
            // A folder that an import moved to its place, and no more.
            try Files.makeFolder(StateFolder.applications(state) + "/shop/0123")
            _ = try add("3.0", to: depot, at: depot.now + 10)
            #expect(arriving().isEmpty)
            #expect(try depot.catalogue.collect(keep: 5, grace: 0, now: depot.now).isEmpty)
            #expect(try Files.names(in: StateFolder.applications(state) + "/shop").count == 2)
        }
    }
}
