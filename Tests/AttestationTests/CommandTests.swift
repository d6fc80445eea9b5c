internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import Glibc
internal import LinuxBase
internal import Measurements
internal import Rig
internal import TPM
internal import Testing
internal import Wire
internal import X509

/// The operator's and the maker's tools on a new state folder, with the TPM maker's certificates pinned.
private struct Desk: ~Copyable {
    let folder: TemporaryFolder
    var state: String { folder.path + "/state" }

    init() throws {
        let folder = try TemporaryFolder()
        try run(
            "vitrinectl", ["init", "--host", "localhost", "--state", folder.path + "/state"], in: folder.path)
        let roots = try TPMMaker.roots()
        try Files.replace(folder.path + "/roots.pem", with: roots.root + roots.issuer)
        self.folder = folder
    }

    func path(_ name: String) -> String { folder.path + "/" + name }

    @discardableResult
    func control(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrinectl", arguments + ["--state", state], in: folder.path, expecting: status).output
    }

    @discardableResult
    func release(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrine-release", arguments, in: folder.path, expecting: status).output
    }

    /// Programs whose digests are those that a test's TPM measures.
    func programs() throws -> [String] {
        try Subject.programs.flatMap { program in
            try Files.replace(path(program.name), with: Array((program.name + "1.2").utf8))
            return ["--measure", "\(program.name)=\(path(program.name))"]
        }
    }

    /// Makes a key, signs release 1.2 with it and adds it.
    func publish() throws {
        try release(["key", "new", "--out", path("release.key")])
        try release(["key", "public", "--key", path("release.key"), "--out", path("release.pub")])
        try Files.replace(path("boot.log"), with: EventLog(events: Subject.boot)?.encoded() ?? [])
        try release(
            [
                "sign", "--key", path("release.key"), "--version", "1.2", "--generation", "3", "--offset", "7",
                "--boot-log", path("boot.log"), "--out", path("1.2"),
            ] + programs())
        try control(["release", "trust", "--name", "maker", path("release.pub")])
        try control(["release", "add", path("1.2")])
    }
}

extension AttestationTests {
    @Suite struct `The tools` {
        @Test func `from a maker's key to a terminal that is let in`() throws {
            let desk = try Desk()
            try desk.publish()
            let subject = try Subject(1)
            let request = try subject.request("t1").encoded()
            try Files.replace(desk.path("t1.request"), with: request)
            let enrol = [
                "terminal", "enrol", "--name", "t1", "--request", desk.path("t1.request"), "--out",
                desk.path("t1.grant"), "--server",
            ]
            #expect(
                try desk.control(enrol + ["localhost:7443"], expecting: 1).contains("no authority of TPMs is known"))
            try desk.control(["endorsement", "add", "--name", "maker", desk.path("roots.pem")])
            #expect(try desk.control(enrol + ["elsewhere:7443"], expecting: 1).contains("does not name elsewhere"))
            let wrong = ["localhost:7443", "--fingerprint", "0000-0000-0000-0000-0000-0000-0000"]
            #expect(try desk.control(enrol + wrong, expecting: 1).contains("another terminal's request"))
            #expect(try Directory(opening: desk.state).terminals().isEmpty)
            let said = try desk.control(enrol + ["localhost:7443"])

            let grant = try EnrolmentGrant(decoding: Files.read(desk.path("t1.grant"), limit: 8 << 20))
            let records = try subject.open(grant)
            #expect(
                Set(records.keys) == [
                    "certificate", "roots", "operator", "activation", "server", "glyphs/small", "glyphs/body",
                    "glyphs/title", "glyphs/large-small", "glyphs/large-body", "glyphs/large-title",
                ])
            #expect(records["server"] == Array("localhost:7443".utf8))
            let root = try IssuedCertificate(pem: String(decoding: records["roots"] ?? [], as: UTF8.self))
            let shown = Fingerprint.short(
                request: request, authority: root.der, operator: records["operator"] ?? [], sha256: Digests.sha256)
            #expect(said.contains("fingerprint \(shown)") && said.contains("terminal t1 enrolled"))
            #expect(try desk.control(["terminal", "show", "t1"]).contains("activated    not yet"))

            let appraiser = Appraiser(directory: try Directory(opening: desk.state))
            func attest() throws -> Appraisal {
                let evidence = try subject.evidence(
                    nonce: [1], exporter: [2], activation: records["activation"])
                return try appraiser.appraise(evidence, of: "t1", first: nil)
            }
            #expect(try attest().release == "1.2")
            #expect(try desk.control(["terminal", "list"]).contains("  1.2  "))
            #expect(try desk.control(["terminal", "attestations", "t1"]).contains("passed   1.2"))
            try desk.control(["release", "retire", "1.2"])
            #expect(throws: AppraisalDenial.retiredRelease(version: "1.2")) { try attest() }
            #expect(
                try desk.control(["terminal", "show", "t1"]).contains("refused, release 1.2, release 1.2 is retired"))
            try desk.control(["group", "set", "trial", "--attestation", "report", "--interval", "9", "--minimum", "2"])
            try desk.control(["group", "assign", "trial", "t1"])
            #expect(try attest().verdict == .reported)
            #expect(try desk.control(["group", "list"]).contains("trial    report       9         2        1"))
            #expect(try desk.control(["release", "list"]).contains("1.2      3           maker  retired"))
        }

        @Test func `a terminal is enrolled over the network, when the fingerprint is right`() throws {
            let desk = try Desk()
            try desk.control(["endorsement", "add", "--name", "maker", desk.path("roots.pem")])
            let subject = try Subject(1)
            let request = try subject.request("t1").encoded()

            let (refused, words) = try Self.listen(
                desk, ["--fingerprint", "0000-0000-0000-0000-0000-0000-0000"], answering: [request])
            #expect(refused == nil && words.contains("another terminal's request"))
            #expect(try Directory(opening: desk.state).terminals().isEmpty)
            // Whoever talks nonsense, or asks for another name, is passed over.
            let other = try subject.request("t2").encoded()
            let (answer, said) = try Self.listen(desk, ["--yes"], answering: [[1, 2, 3], other, request])
            let records = try subject.open(EnrolmentGrant(decoding: try #require(answer)))
            #expect(records["activation"]?.count == 32)
            #expect(said.contains("refused: the request was made by terminal \"t2\""))
            let root = try IssuedCertificate(pem: String(decoding: records["roots"] ?? [], as: UTF8.self))
            let shown = Fingerprint.short(
                request: request, authority: root.der, operator: records["operator"] ?? [], sha256: Digests.sha256)
            #expect(said.contains(shown))
        }

        /// Runs the tool, sends it requests, each on a connection of its own, and returns the last one's answer.
        private static func listen(
            _ desk: borrowing Desk, _ more: [String], answering requests: [[UInt8]]
        ) throws -> (answer: [UInt8]?, said: String) {
            let log = desk.path("listen.log")
            let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_TRUNC)
            let nothing = try Files.open("/dev/null", flags: O_RDONLY)
            let program = try Programs.path("vitrinectl")
            var child = try ChildProcess(
                program,
                arguments: [
                    program, "terminal", "enrol", "--name", "t1", "--listen", "127.0.0.1:0", "--server",
                    "localhost:7443", "--state", desk.state,
                ] + more, environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + desk.folder.path],
                descriptors: [(nothing.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
            func said() throws -> String { String(decoding: try Files.read(log, limit: 1 << 20), as: UTF8.self) }
            var port: UInt16?
            try wait(for: "the desk", log: { (try? said()) ?? "" }) {
                port = try said().split(separator: "port ").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
                return port != nil
            }
            var answer: [UInt8]?
            for request in requests { answer = try exchange(request, port: try #require(port)) }
            _ = try child.wait(timeout: .seconds(20))
            return (answer, try said())
        }

        /// Sends a request; past the offer, what follows is the answer.
        private static func exchange(_ request: [UInt8], port: UInt16) throws -> [UInt8]? {
            let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
            _ = try Poll.wait(for: socket.raw, events: .writable, timeout: .seconds(5))
            try TCPSocket.finishConnecting(socket)
            try socket.setNonBlocking(false)
            try socket.writeAll(Framing.frame(request))
            var splitter = FrameSplitter(limit: EvidenceLimits.enrolmentGrantBytes)
            var chunk = [UInt8](repeating: 0, count: 65536)
            var offer: EnrolmentOffer?
            while case .bytes(let count) = try socket.read(into: &chunk) {
                splitter.append(chunk[..<count])
                while let frame = try splitter.next() {
                    guard offer != nil else {
                        offer = try EnrolmentOffer(decoding: frame)
                        continue
                    }
                    return frame
                }
            }
            return nil
        }

        @Test func `the maker's tool signs what the terminal measures, and shows it`() throws {
            let desk = try Desk()
            try desk.publish()
            #expect(try Files.status(desk.path("release.key")).mode == 0o600)
            let shown = try desk.release(["show", desk.path("1.2")])
            #expect(shown.contains("version      1.2\ngeneration   3") && shown.contains("policy       offset 7"))
            #expect(shown.contains("  vitrine-decoder\n") && shown.hasSuffix("signatures   good\n"))
            let envelope = try Files.read(desk.path("1.2"), limit: 1 << 20)
            let manifest = try ReleaseManifest(decoding: SignedEnvelope(decoding: envelope, limit: 1 << 20).payload)
            #expect(manifest.measurements == Subject.boot + Subject.programs)
            #expect(manifest.policies.map(\.offset) == [0, 7] && manifest.registers == [11, 14])
            var altered = envelope
            altered[altered.count - 1] ^= 1
            try Files.replace(desk.path("altered"), with: altered)
            #expect(try desk.release(["show", desk.path("altered")], expecting: 1).contains("signature is not good"))
            #expect(
                try desk.control(["release", "add", desk.path("altered")], expecting: 1).contains("signed by no key"))
            #expect(try desk.control(["release", "add", desk.path("1.2")]).contains("was there already"))
        }

        @Test(arguments: [
            (64, "key new"), (1, "key new --out release.key"), (64, "sign"),
            (64, "sign --key release.key --version 1 --generation 1 --out o"),
            (64, "sign --key release.key --version 1 --generation 0 --measure a=1.2 --out o"),
            (64, "sign --key release.key --version 1 --generation 1 --measure a --out o"),
            (1, "sign --key nowhere --version 1 --generation 1 --measure a=1.2 --out o"),
            (1, "sign --key release.pub --version 1 --generation 1 --measure a=1.2 --out o"),
            (1, "sign --key release.key --version 1 --generation 1 --measure a=nowhere --out o"),
            (1, "sign --key release.key --version 1 --generation 1 --measure a=1.2 --boot-log 1.2 --out o"),
            (1, "show nowhere"), (1, "show release.pub"),
        ])
        func `the maker's tool refuses with words and an exit code`(status: Int32, words: String) throws {
            let desk = try Desk()
            try desk.publish()
            let output = try run(
                "/bin/sh",
                ["-c", "cd \(desk.folder.path) && exec \(Programs.path("vitrine-release")) \(words)"],
                in: desk.folder.path, expecting: status
            ).output
            #expect(output.hasPrefix("Error: ") && !Files.exists(desk.path("o")), "\(output)")
            #expect(!output.contains("PRIVATE"))
        }

        @Test(arguments: [
            (1, "release trust --name m nowhere"), (1, "release add nowhere"), (1, "release retire 9"),
            (1, "release distrust nobody"), (1, "endorsement add --name m nowhere"), (1, "endorsement remove nobody"),
            (1, "group assign nowhere t1"), (1, "group assign default t1"), (64, "group set g --attestation maybe"),
            (1, "group set g --interval 0"), (1, "group set a/b"), (64, "terminal renew t1"),
            (64, "terminal enrol --name t1 --request r --listen localhost:1 --server localhost:1"),
            (64, "terminal enrol --name t1 --request r --out o"),
            (64, "terminal enrol --name t1 --listen x --server a:1"),
            (1, "terminal enrol --name t1 --request nowhere --out o --server localhost:1"),
            (1, "terminal enrol --name t1 --request nowhere --out o --server localhost:1 --group nowhere"),
        ])
        func `the operator's tool refuses with words and an exit code`(status: Int32, words: String) throws {
            let desk = try Desk()
            let output = try desk.control(words.split(separator: " ").map(String.init), expecting: status)
            #expect(output.hasPrefix("Error: ") && output.utf8.count > 12, "\(output)")
        }

        @Test func `a terminal without a TPM waits for a group that reports`() throws {
            let desk = try Desk()
            let key = P256.Signing.PrivateKey()
            try Files.replace(
                desk.path("t1.csr"),
                with: Array(
                    "-----BEGIN CERTIFICATE REQUEST-----\n".utf8)
                    + Array(
                        Data(try Subject.certificateRequest("t1", by: .init(key))).base64EncodedData(
                            options: .lineLength64Characters))
                    + Array("\n-----END CERTIFICATE REQUEST-----\n".utf8))
            let said = try desk.control([
                "terminal", "enrol", "--name", "t1", "--csr", desk.path("t1.csr"), "--out", desk.path("t1.pem"),
            ])
            #expect(said.contains("can attest nothing"))
            #expect(try desk.control(["terminal", "show", "t1"]).contains("TPM          none"))
            let appraiser = Appraiser(directory: try Directory(opening: desk.state))
            let nothing = AttestationEvidence(
                statement: [], signature: [], log: [], activation: nil, nonce: [], exporter: [])
            #expect(throws: AppraisalDenial.withoutTPM) { try appraiser.appraise(nothing, of: "t1", first: nil) }
            try desk.control(["group", "set", "trial", "--attestation", "report"])
            try desk.control(["group", "assign", "trial", "t1"])
            #expect(try appraiser.appraise(nothing, of: "t1", first: nil).verdict == .reported)
        }
    }
}
