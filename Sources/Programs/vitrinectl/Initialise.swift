internal import Admission
internal import ArgumentParser
internal import Database
internal import FoundationEssentials

struct Initialise: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a server's state: records, certificate authority, the server's certificate.",
        discussion: """
            May be repeated: what is there stays. The server gets a new certificate when the one it has is near its end or \
            does not name all the hosts given.
            """)

    @OptionGroup var state: StateOption
    @Option(parsing: .upToNextOption, help: "Host names and addresses by which terminals reach the server.")
    var host: [String]
    @Option(help: "Days that the server's certificate lasts.")
    var days: Double = 397
    @Option(help: "Name of the certificate authority.")
    var authority = "Vitrine authority"

    func validate() throws {
        guard !host.isEmpty else { throw ValidationError("--host needs at least one name") }
    }

    func run() throws {
        let now = Date()
        let directory = try Directory.create(in: state.path)
        let (authority, isNew) = try CertificateAuthority.openOrCreate(
            state: state.path, directory: directory, name: authority, lifetime: 10 * 365.25 * 86400, now: now)
        if isNew { try directory.note("initialised", terminal: nil, detail: "new authority", now: now) }
        let server = try authority.keepServerCertificate(
            state: state.path, hosts: host, lifetime: days * 86400, now: now)
        if server.isNew {
            try directory.note(
                "certified", terminal: nil, detail: "server certificate \(server.certificate.serial)", now: now)
        }
        print("state     \(state.path)")
        let root = authority.certificate
        print("authority \(isNew ? "made" : "kept"), valid until \(root.notAfter.shown)")
        let names = host.joined(separator: ", ")
        print(
            "server    certificate \(server.isNew ? "made" : "kept") for \(names), valid until "
                + server.certificate.notAfter.shown)
    }
}
