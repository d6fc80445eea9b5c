import Glibc
import LinuxBase
import Measurements
import Rig
import TLS
import TPM
import Testing

/// A certificate authority made with the openssl command, in a folder.
struct Authority: ~Copyable {
    let folder: String
    var root: String { "\(folder)/root.pem" }

    init(folder: String) throws {
        self.folder = folder
        try Files.makeFolder(folder)
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "\(folder)/root.key",
            "-out", root, "-subj", "/CN=Root of a test", "-days", "30",
        ])
    }

    /// A server's certificate and key, in one PEM file; returns its path. Negative `days` make an expired one.
    func server(_ name: String, names: String, days: Int = 30) throws -> String {
        let base = "\(folder)/\(name)"
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".key", "-out",
            base + ".csr", "-subj", "/CN=\(name)",
        ])
        try issue(base, extensions: "subjectAltName=\(names)\nextendedKeyUsage=serverAuth\n", days: days)
        let both = try Files.read(base + ".crt", limit: 65536) + Files.read(base + ".key", limit: 65536)
        try Files.replace(base + ".pem", with: both)
        return base + ".pem"
    }

    /// A client's certificate for a request in PEM.
    func client(_ request: [UInt8], days: Int = 30) throws -> [UInt8] {
        let base = "\(folder)/client"
        try Files.replace(base + ".csr", with: request)
        try issue(base, extensions: "extendedKeyUsage=clientAuth\n", days: days)
        return try Files.read(base + ".crt", limit: 65536)
    }

    private func issue(_ base: String, extensions: String, days: Int) throws {
        try Files.replace(base + ".ext", with: Array(extensions.utf8))
        try openssl([
            "x509", "-req", "-in", base + ".csr", "-CA", root, "-CAkey", "\(folder)/root.key", "-CAcreateserial",
            "-days",
            "\(days)", "-extfile", base + ".ext", "-out", base + ".crt",
        ])
    }

    private func openssl(_ arguments: [String]) throws {
        try run(try Programs.tool("openssl"), arguments, in: folder)
    }
}

/// A real `openssl s_server` on a port of 127.0.0.1. Answers each line with the line reversed (`-rev`).
struct TLSPeer: ~Copyable {
    let port: UInt16
    let log: String
    private let child: ChildProcess
    // Its standard input: never at its end, which would end it.
    private let input: UnixSocket.Pair

    /// `clientRoot`: the authority whose clients it accepts, a certificate is then required; nil asks for none.
    init(
        certificate: String, clientRoot: String?, folder: String, version: String = "-tls1_3",
        application: String? = "vitrine/1", more: [String] = ["-rev"]
    ) throws {
        let log = "\(folder)/s_server-\(try Random.bytes(4).map { String($0, radix: 16) }.joined()).log"
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_TRUNC)
        var arguments = [
            "openssl", "s_server", "-accept", "127.0.0.1:0", version, "-cert", certificate, "-key", certificate,
        ]
        if let clientRoot { arguments += ["-Verify", "2", "-CAfile", clientRoot, "-verify_return_error"] }
        if let application { arguments += ["-alpn", application] }
        let input = try UnixSocket.pair()
        let child = try ChildProcess(
            try Programs.tool("openssl"), arguments: arguments + more, environment: ["LANG=C"],
            descriptors: [(input.second.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
        var found: UInt16?
        try wait(for: "s_server", log: { Self.text(log) }) {
            let lines = Self.text(log).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            found = lines.first { $0.hasPrefix("ACCEPT ") }.flatMap { $0.split(separator: ":").last }.flatMap {
                UInt16($0)
            }
            return found != nil
        }
        let port = try #require(found)
        self.port = port
        self.log = log
        self.child = child
        self.input = input
    }

    func signal(_ number: Int32) { child.signal(number) }

    /// What it has printed so far.
    var printed: String { Self.text(log) }

    private static func text(_ path: String) -> String {
        // Not there yet is empty.
        (try? Files.read(path, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
