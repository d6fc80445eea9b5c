import Admission
import Catalogue
import Crypto
import Database
import Foundation
import LinuxBase
import Pictures
import Rig
import SwiftASN1
import Testing
import Wire
import X509

/// The server program with a state folder, applications and two terminals, on loopback.
final class ServerRig {
    private let folder: TemporaryFolder
    let directory: Directory
    private let authority: CertificateAuthority
    private var identities: [String: (certificate: String, key: String)] = [:]
    private var server: ChildProcess?
    private let bank: Issuer
    private(set) var port = 0
    static let code = "4711"
    static let account = "4111111111111111"

    var state: String { folder.path + "/state" }
    fileprivate var process: Int32? {
        switch server {
        case .some(let child): child.process
        case .none: nil
        }
    }

    private var logFile: String { folder.path + "/server.log" }

    init() throws {
        folder = try TemporaryFolder()
        bank = try Issuer(folder: folder.path + "/issuer")
        let state = folder.path + "/state"
        directory = try Directory.create(in: state)
        authority = try CertificateAuthority.openOrCreate(
            state: state, directory: directory, name: "Test authority", lifetime: 86400 * 30, now: Date()
        ).authority
        _ = try authority.keepServerCertificate(state: state, hosts: ["localhost"], lifetime: 86400 * 7, now: Date())
        let salt = try Random.bytes(16)
        let hash = HMAC<SHA256>.authenticationCode(for: Data(Self.code.utf8), using: SymmetricKey(data: salt))
        try directory.addUser(
            "alice",
            data: [
                "code_salt": Self.hex(salt), "code_hash": Self.hex(Array(hash)),
            ], now: Date())
        try bank.addAccount(Self.account, ["expiry": "2912", "balance": "1250.00"])
        try bank.start()
        try importApplication("wallet", from: "Images/applications", program: "wallet")
        try importApplication("crashes", from: "Tests/Fixtures/Applications")
        try importApplication("silent", from: "Tests/Fixtures/Applications")
        try importScript("babbles", "printf nonsense >&3; sleep 100")
        try directory.setGroup(GroupRecord(name: GroupRecord.usual, attestation: .report))
        for name in ["t1", "t2"] { try enrol(name) }
        try start()
    }

    /// Ends the program with a signal to it alone; its children are its own business.
    func stop(_ signal: SignalNumber = .terminate) throws -> LinuxBase.ExitStatus {
        guard var running = server.take() else { throw RigError.wrong("no server") }
        guard kill(running.process, signal.rawValue) == 0 else { throw RigError.wrong("kill") }
        return try #require(try running.wait(timeout: .seconds(5)))
    }

    func start() throws {
        let ready = folder.path + "/ready"
        try Files.remove(ready)
        let log = try Files.open(logFile, flags: O_WRONLY | O_CREAT | O_APPEND)
        let nothing = try Files.open("/dev/null", flags: O_RDONLY)
        let program = try Programs.path("vitrine-server")
        server = try ChildProcess(
            program,
            arguments: [
                program, "--state", state, "--listen", "127.0.0.1:0", "--cell-program",
                try Programs.path("vitrine-cell"), "--ready-file", ready, "--log-level", "debug", "--payment-host",
                "127.0.0.1:\(bank.port)",
            ], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(nothing.raw, 0), (log.raw, 1), (log.raw, 2)], diesWithParent: false)
        try wait(for: "the server", timeout: .seconds(20), log: { self.log }) { Files.exists(ready) }
        let text = String(decoding: try Files.read(ready, limit: 256), as: UTF8.self)
        port = try #require(text.split(separator: ":").last.flatMap { Int($0.dropLast()) })
    }

    var log: String { (try? Files.read(logFile, limit: 4 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// A connection of a terminal that has been welcomed.
    func connect(_ name: String = "t1") async throws -> TestTerminal {
        let identity = try #require(identities[name])
        let terminal = try await TestTerminal.connect(
            port: port, authority: Array(authority.certificate.pem.utf8), certificate: Array(identity.certificate.utf8),
            key: Array(identity.key.utf8))
        terminal.send(.hello(Hello(versions: [1], software: "test")))
        // These terminals have no TPM: the group reports that and lets them in.
        guard case .challenge = try await terminal.next() else { throw RigError.wrong("no challenge") }
        terminal.send(
            .attestation(Attestation(statement: [0], signature: [UInt8](repeating: 0, count: 64), log: [0])))
        let first = try await terminal.next()
        guard case .welcome = first else { throw RigError.wrong("\(first)") }
        return terminal
    }

    /// The rows of the audit, the newest first.
    func sessions() throws -> [SessionRecord] { try directory.sessions(limit: 100) }

    private func enrol(_ name: String) throws {
        let key = P256.Signing.PrivateKey()
        let request = try CertificateSigningRequest(
            version: .v1, subject: try DistinguishedName { CommonName(name) }, privateKey: .init(key),
            attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
        let issued = try authority.issueTerminal(
            request: try request.serializeAsPEM().pemString, name: name, lifetime: 86400, now: Date())
        try directory.enrol(
            TerminalRecord(
                name: name, fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                enrolled: Date(), expires: issued.notAfter))
        identities[name] = (issued.pem, key.pemRepresentation)
        for application in ["wallet", "crashes", "silent", "babbles"] {
            _ = try directory.grant(terminal: name, user: "alice", application: application, now: Date())
        }
    }

    private func importApplication(_ name: String, from source: String, program: String? = nil) throws {
        let target = "\(folder.path)/\(name)"
        try Files.makeFolder(target)
        for file in try Files.names(in: "\(Programs.root)/\(source)/\(name)") {
            try Files.replace(
                "\(target)/\(file)", with: try Files.read("\(Programs.root)/\(source)/\(name)/\(file)", limit: 8 << 20))
        }
        if let program {
            try Files.replace(
                "\(target)/\(program)", with: try Files.read(try Programs.path(program), limit: 256 << 20), mode: 0o755)
        }
        _ = try ApplicationCatalogue(directory: directory, state: state).importFolder(target, now: Date())
    }

    private func importScript(_ name: String, _ script: String) throws {
        let target = "\(folder.path)/\(name)"
        try Files.makeFolder(target)
        let manifest = """
            id = "\(name)"
            title = "\(name)"
            version = "1"
            kind = "native"
            command = ["/bin/sh", "-c", "\(script)"]
            accent = "#000000"
            entry = ["keys"]
            [limits]
            first_picture_seconds = 2
            """
        try Files.replace("\(target)/vitrine.toml", with: Array(manifest.utf8))
        _ = try ApplicationCatalogue(directory: directory, state: state).importFolder(target, now: Date())
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension ExecutionRequest {
    /// A launch; `number` tells launches apart.
    static func launch(_ application: String = "wallet", number: UInt8 = 1) -> ExecutionRequest {
        ExecutionRequest(
            request: [UInt8](repeating: number, count: WireLimits.requestIdentifierBytes), application: application,
            user: "alice",
            target: RenderTarget(
                size: PixelSize(width: 800, height: 448), refreshMillihertz: 60000, level: 31, temporalLayers: 1),
            invoice: Invoice(merchant: "Bakery", account: "X1", identifier: "7", amount: 240, currency: "EUR"),
            stored: [AccountRecord.name: "\(ServerRig.account)=2912"])
    }
}

extension ServerRig {
    /// Every process below the server's.
    func cells() -> [Int32] {
        var found: [Int32] = []
        var next = process.map { [$0] } ?? []
        while let parent = next.popLast() {
            let tasks = (try? Files.names(in: "/proc/\(parent)/task")) ?? []
            for task in tasks {
                let bytes = (try? Files.read("/proc/\(parent)/task/\(task)/children", limit: 65536)) ?? []
                let children = String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
                found += children
                next += children
            }
        }
        return found
    }
}
