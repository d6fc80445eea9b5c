internal import Catalogue
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Pictures
internal import Rig
internal import Testing
internal import Wire

private let required = """
    id = "wallet"
    title = "Wallet"
    version = "1.0"
    kind = "native"
    command = ["/app/wallet", "--quiet"]

    """

/// A wrong line, and the key that the refusal names.
private let wrong: [(String, String)] = [
    ("id = \"Wallet\"", "id"), ("id = \"../x\"", "id"), ("id = \"\"", "id"), ("id = 7", "id"), ("", "id"),
    ("id = \"a..b\"", "id"), ("title = \"\"", "title"), ("title = \"a\\u0007\"", "title"),
    ("version = \"1 2\"", "version"), ("kind = \"game\"", "kind"), ("kind = \"web\"", "command"),
    ("page = \"a.html\"", "page"), ("command = []", "command"),
    ("command = [\"wallet\"]", "command"), ("command = [\"/app/../x\"]", "command"),
    ("command = [7]", "command"), ("command = \"/app/x\"", "command"), ("logo = \"/etc/x.png\"", "logo"),
    ("logo = \"../x.png\"", "logo"), ("logo = \"x.svg\"", "logo"), ("accent = \"red\"", "accent"),
    ("accent = \"#12345\"", "accent"), ("accent = \"#+12345\"", "accent"), ("entry = [\"pen\"]", "entry"),
    ("data = [\"a\", \"a\"]", "data"), ("data = \"a\"", "data"), ("limits = 3", "limits"),
    ("colour = 1", "colour"), ("[limits]\nmemory_mb = 8", "limits.memory_mb"),
    ("[limits]\nmemory_mb = \"256\"", "limits.memory_mb"), ("[limits]\nprocesses = 513", "limits.processes"),
    ("[limits]\nprocesses = 3", "limits.processes"), ("[limits]\nfile_mb = 0", "limits.file_mb"),
    ("[limits]\ncpu_seconds = 1.5", "limits.cpu_seconds"), ("[limits]\nmemory = 256", "limits.memory"),
    ("[data]\nname = [\"a\"]", "data.name"), ("[data]\nnames = 1", "data.names"),
]

extension RecordsTests {
    @Suite struct `Manifests` {
        @Test func `every key is read`() throws {
            let manifest = try ApplicationManifest(
                toml: required + """
                    logo = "art/logo.png"
                    accent = "#0B6E4F"
                    entry = ["keys"]
                    data = ["balance", "terminal.place"]
                    [limits]
                    memory_mb = 128
                    cpu_seconds = 20
                    processes = 4
                    open_files = 64
                    file_mb = 1
                    idle_seconds = 30
                    total_seconds = 300
                    first_picture_seconds = 5
                    """)
            #expect(manifest.id == "wallet" && manifest.title == "Wallet" && manifest.version == "1.0")
            #expect(manifest.kind == .native && manifest.command == ["/app/wallet", "--quiet"])
            #expect(manifest.logo == "art/logo.png" && manifest.accent == Colour(red: 0x0B, green: 0x6E, blue: 0x4F))
            #expect(manifest.entry == [.keys] && manifest.data == ["balance", "terminal.place"])
            let limits = manifest.limits
            #expect(limits.memoryBytes == 128 << 20 && limits.cpuSeconds == 20 && limits.processes == 4)
            #expect(limits.openFiles == 64 && limits.fileBytes == 1 << 20 && limits.firstPictureSeconds == 5)
            #expect(limits.idleSeconds == 30 && limits.totalSeconds == 300)
        }

        @Test func `what may be left out has a standard, and data may have a heading`() throws {
            let manifest = try ApplicationManifest(toml: required)
            #expect(manifest.limits == ApplicationLimits() && manifest.logo == nil && manifest.data.isEmpty)
            let headed = try ApplicationManifest(toml: required + "[limits]\n[data]\nnames = [\"balance\"]")
            #expect(headed.data == ["balance"])
        }

        @Test(arguments: wrong)
        func `a wrong key is refused by its name`(line: String, key: String) throws {
            // The line stands in for the required one with the same key.
            let name = line.isEmpty ? "id" : String(line.prefix { $0 != " " })
            let others = required.split(separator: "\n").filter { !$0.hasPrefix(name + " ") }
            let text = (line.hasPrefix("[") ? others + [line[...]] : [line[...]] + others).joined(separator: "\n")
            let error = #expect(throws: CatalogueError.self) { try ApplicationManifest(toml: text) }
            guard case .manifest(let named, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(named == key)
        }

        @Test(arguments: [
            ("index.html", true), ("till/check-out.html", true), ("", false), ("index.php", false),
            ("/index.html", false),
            ("../index.html", false), ("a//b.html", false), (".hidden.html", false), ("a b.html", false),
            ("?.html", false),
        ])
        func `a web application has a page instead of a command`(page: String, isRight: Bool) throws {
            let text = """
                id = "shop"
                title = "Shop"
                version = "1"
                kind = "web"
                page = "\(page)"
                """
            guard isRight else {
                #expect(throws: CatalogueError.self) { try ApplicationManifest(toml: text) }
                return
            }
            let manifest = try ApplicationManifest(toml: text)
            #expect(manifest.kind == .web && manifest.page == page && manifest.command.isEmpty)
        }

        @Test func `what is not TOML is refused with its line`() throws {
            let error = #expect(throws: CatalogueError.self) { try ApplicationManifest(toml: "id = \"a\"\ntitle = \n") }
            guard case .notTOML(let line, _, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(line == 2)
        }

        @Test func `a manifest of a megabyte is not parsed`() throws {
            let error = #expect(throws: CatalogueError.self) {
                try ApplicationManifest(toml: required + String(repeating: "#", count: 1 << 20))
            }
            #expect(error == .manifest(key: "vitrine.toml", problem: "longer than 65536 bytes"))
        }
    }
}

extension RecordsTests {
    @Suite struct `Imports` {
        @Test func `an imported application is there by its digest, and reads as it was`() throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!", "share/x/y": "data"])
            try Files.makeLink(source + "/share/link", to: "../wallet")
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let entry = try catalogue.importFolder(source, now: office.now)
            #expect(entry.digest.utf8.count == 64 && entry.folder.hasSuffix("/applications/wallet/" + entry.digest))
            #expect(try catalogue.application("wallet") == entry)
            #expect(try Files.read(entry.folder + "/share/x/y", limit: 100) == Array("data".utf8))
            #expect(try Files.readLink(entry.folder + "/share/link") == "../wallet")
            #expect(try Files.status(entry.folder + "/wallet").mode == 0o755)
            #expect(try Files.names(in: StateFolder.applications(office.state)) == ["wallet"], "nothing else is left")
            try catalogue.verify(entry)
        }

        @Test func `the digest is the one that the documented form gives`() throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!", "d/x": "data"])
            try Files.setMode(source + "/d/x", 0o600)
            try Files.makeLink(source + "/d/l", to: "x")
            let entry = try ApplicationCatalogue(directory: office.directory, state: office.state)
                .importFolder(source, now: office.now)
            func item(_ letter: String, _ path: String, _ mode: String, _ content: String) -> String {
                "\(letter)\0\(path.utf8.count)\0\(path)\0\(mode)\0\(content.utf8.count)\0\(content)"
            }
            let all =
                item("D", "d", "755", "") + item("L", "d/l", "", "x") + item("F", "d/x", "644", "data")
                + item("F", "vitrine.toml", "755", required) + item("F", "wallet", "755", "#!")
            let path = office.folder.path + "/form"
            try Files.replace(path, with: Array(all.utf8))
            #expect(try office.openssl(["dgst", "-sha256", "-r", path]).output.hasPrefix(entry.digest))
        }

        @Test func `the same folder again is the same entry; a changed one is a new version, and the old files stay`()
            throws
        {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let first = try catalogue.importFolder(source, now: office.now)
            #expect(try catalogue.importFolder(source, now: office.now.addingTimeInterval(9)) == first)
            #expect(try catalogue.list().count == 1)
            try Files.setMode(source + "/wallet", 0o755)
            try Files.replace(source + "/more", with: [1], mode: 0o644)
            let second = try catalogue.importFolder(source, now: office.now)
            #expect(second.digest != first.digest)
            #expect(try catalogue.application("wallet") == second)
            #expect(Files.exists(first.folder + "/wallet"))
            #expect(try catalogue.list("wallet").map(\.enabled) == [true, false])
        }

        @Test func `a changed mode is a changed digest`() throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!", "tool": "x"])
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let first = try catalogue.importFolder(source, now: office.now)
            try Files.setMode(source + "/tool", 0o644)
            #expect(try catalogue.importFolder(source, now: office.now).digest != first.digest)
        }

        @Test func `files altered in the catalogue are found, and mended by another import`() throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let entry = try catalogue.importFolder(source, now: office.now)
            try Files.replace(entry.folder + "/wallet", with: Array("#?".utf8), mode: 0o755)
            #expect(throws: CatalogueError.self) { try catalogue.verify(entry) }
            #expect(try catalogue.importFolder(source, now: office.now) == entry)
            try catalogue.verify(entry)
        }

        @Test func `an application whose files are gone is refused, by name`() throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            try Files.removeTree(catalogue.importFolder(source, now: office.now).folder)
            let error = #expect(throws: CatalogueError.self) { try catalogue.application("wallet") }
            #expect(error?.refusal == Refusal(code: .internalFailure, reason: "application not available"))
            #expect(error?.description.contains("wallet") == true)
            let unknown = #expect(throws: CatalogueError.unknownApplication("x")) { try catalogue.application("x") }
            #expect(unknown?.refusal.code == .unknownApplication)
        }

        @Test(arguments: [
            ("/etc/passwd", false), ("../outside", false), ("..", false), ("a/../../outside", false),
            ("wallet/../..", false), ("./../x", false), ("wallet", true), ("./wallet", true), ("missing", true),
        ])
        func `a link that leads out of the folder is refused`(target: String, good: Bool) throws {
            let office = try Office()
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            try Files.makeLink(source + "/link", to: target)
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            guard !good else {
                _ = try catalogue.importFolder(source, now: office.now)
                return
            }
            #expect(throws: CatalogueError.file("link", problem: "the link leads out of the folder")) {
                try catalogue.importFolder(source, now: office.now)
            }
            #expect(try Files.names(in: StateFolder.applications(office.state)).isEmpty, "nothing is left of it")
            #expect(try office.directory.applications().isEmpty)
        }

        @Test func `set-user files and FIFOs are refused`() throws {
            let office = try Office()
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!", "root": "x"])
            for mode: UInt32 in [0o4755, 0o2755] {
                try Files.setMode(source + "/root", mode)
                #expect(throws: CatalogueError.self) { try catalogue.importFolder(source, now: office.now) }
            }
            try Files.remove(source + "/root")
            try run(Programs.tool("mkfifo"), [source + "/pipe"], in: office.folder.path)
            #expect(
                throws: CatalogueError.file(
                    "pipe", problem: "a device, FIFO or socket cannot be part of an application")
            ) {
                try catalogue.importFolder(source, now: office.now)
            }
        }

        @Test func `a program that is missing or not executable is refused`() throws {
            let office = try Office()
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let source = try office.source("a", ["vitrine.toml": required])
            #expect(throws: CatalogueError.manifest(key: "command", problem: "/app/wallet is not in the folder")) {
                try catalogue.importFolder(source, now: office.now)
            }
            try Files.replace(source + "/wallet", with: [1], mode: 0o644)
            #expect(throws: CatalogueError.manifest(key: "command", problem: "/app/wallet is not executable")) {
                try catalogue.importFolder(source, now: office.now)
            }
        }

        @Test func `a logo that is no PNG picture, or too large a one, is refused`() throws {
            let office = try Office()
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let source = try office.source("a", ["vitrine.toml": "logo = \"l.png\"\n" + required, "wallet": "#!"])
            func png(_ width: UInt8) -> [UInt8] {
                [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + [
                    0, 0, width, 0, 0, 0, 0, 9,
                ]
            }
            for bytes in [[], Array("GIF89a".utf8), png(4) + [], png(255)] {
                try Files.replace(source + "/l.png", with: bytes)
                let good = bytes == png(4)
                if good {
                    _ = try catalogue.importFolder(source, now: office.now)
                } else {
                    #expect(throws: CatalogueError.self) { try catalogue.importFolder(source, now: office.now) }
                }
            }
        }

        @Test func `what an import left behind when it was killed is swept by the next`() throws {
            let office = try Office()
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            // No process has this number: the kernel's largest is 2^22.
            let left = StateFolder.applications(office.state) + "/.arriving-99999999"
            try Files.makeFolder(left + "/d")
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            _ = try catalogue.importFolder(source, now: office.now)
            #expect(!Files.exists(left))
        }

        @Test func `an application is not removed under a running session`() throws {
            let office = try Office()
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let source = try office.source("a", ["vitrine.toml": required, "wallet": "#!"])
            let entry = try catalogue.importFolder(source, now: office.now)
            let session = try office.directory.startSession(
                terminal: "t1", user: "alice", application: "wallet", digest: entry.digest, now: office.now)
            #expect(throws: CatalogueError.inUse(application: "wallet", sessions: 1)) { try catalogue.remove("wallet") }
            try office.directory.endSession(session, outcome: .ended, detail: "", now: office.now)
            try catalogue.remove("wallet")
            #expect(!Files.exists(entry.folder))
            #expect(throws: CatalogueError.unknownApplication("wallet")) { try catalogue.application("wallet") }
        }
    }
}

extension RecordsTests {
    @Suite struct `What an application is given` {
        @Test func `it gets the data that its manifest names, and nothing else`() throws {
            let office = try Office()
            let toml = required + "data = [\"balance\", \"missing\", \"terminal.place\", \"terminal.balance\"]\n"
            let source = try office.source("a", ["vitrine.toml": toml, "wallet": "#!"])
            let catalogue = ApplicationCatalogue(directory: office.directory, state: office.state)
            let entry = try catalogue.importFolder(source, now: office.now)
            _ = try office.enrol("t1")
            try office.directory.setTerminalData("t1", ["place": "Lisbon", "till": "4"])
            try office.directory.addUser("alice", data: ["balance": "50000", "code_hash": "secret"], now: office.now)
            try office.directory.addUser("bob", data: ["balance": "1"], now: office.now)

            let asked = execution("wallet")
            let request = try catalogue.request(for: asked, terminal: "t1", entry: entry)
            #expect(request.data == ["balance": "50000", "terminal.place": "Lisbon"])
            #expect(request.application == "wallet" && request.user == "alice" && request.terminal == "t1")
            #expect(request.size == asked.target.size && request.invoice == asked.invoice)
        }
    }
}
