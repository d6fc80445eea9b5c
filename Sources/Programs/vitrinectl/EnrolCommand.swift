internal import Admission
internal import ArgumentParser
internal import Correspondence
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Pictures

extension TerminalCommand {
    struct Enrol: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a terminal into service: checks its TPM, issues its certificate, records it.",
            discussion: """
                With --request: from a file that vitrine-provision init has written, into a grant that only that terminal's \
                TPM opens. With --listen: the same over the network, for one terminal. Both sides show a fingerprint: it is \
                the same when nobody is between them, and each side goes on only when a person has seen that.
                With --csr: a terminal without an endorsed TPM, known by its channel's key alone. It can attest nothing: only \
                a group that reports lets it in.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var name: String
        @Option(help: "The terminal's enrolment request.")
        var request: String?
        @Option(help: "Wait for the terminal's request here: HOST:PORT.")
        var listen: ListenArgument?
        @Option(help: "The certificate request (PEM) of a terminal without an endorsed TPM.")
        var csr: String?
        @Option(help: "Where to write the grant; with --csr the certificate (PEM).")
        var out: String?
        @Option(name: .customLong("server"), help: "Where the terminal finds the server: HOST:PORT; may be repeated.")
        var servers: [ServerArgument] = []
        @Option(help: "Days that the certificate lasts; may be a fraction.")
        var days: Double = 397
        @Option(help: "The terminal's group.")
        var group: String?
        @Option(help: "The user whose applications the terminal gets at once, if it has rights already.")
        var user: String?
        @Option(help: "Font family of the trusted environment (default: as last time, else Inter).")
        var font: String?
        @Option(help: "The fingerprint that the terminal shows: enrol it only if that is right.")
        var fingerprint: String?
        @Flag(help: "With --listen: do not ask. Whoever reaches the address first becomes the terminal.")
        var yes = false
        @Flag(help: "Replace a terminal that is enrolled already; its data and rights stay.")
        var replace = false

        func validate() throws {
            guard [request != nil, listen != nil, csr != nil].filter({ $0 }).count == 1 else {
                throw ValidationError("one of --request, --listen and --csr is needed")
            }
            guard (out == nil) == (listen != nil) else {
                throw ValidationError("--out belongs to --request and --csr, and they need it")
            }
            guard csr != nil || (1...CorrespondenceLimits.servers).contains(servers.count) else {
                throw ValidationError("--server is needed, at most \(CorrespondenceLimits.servers) times")
            }
        }

        func run() throws {
            let directory = try state.open()
            try RecordLimits.check(.terminal, name)
            let known = try directory.terminal(named: name)
            if !replace, known != nil {
                throw Complaint("terminal \(name) is enrolled already; --replace gives it a new certificate")
            }
            let group = group ?? known?.group ?? GroupRecord.usual
            guard let rules = try directory.group(named: group) else {
                throw DatabaseError.unknown(.group, name: group)
            }
            let authority = try CertificateAuthority.open(state: state.path, directory: directory)
            if let csr { return try enrol(csr: csr, in: rules, directory, authority) }
            try checkServerNames()
            let key = try OperatorKey.openOrCreate(state: state.path)
            let office = EnrolmentOffice(
                directory: directory, authority: authority, operatorPoint: key.publicPoint)
            if let listen {
                let desk = try EnrolmentDesk(at: listen)
                try desk.serve(
                    offer: office.offer, examine: { try office.examine($0, name: name) },
                    decide: { try confirm($0) },
                    grant: { try grant($0, group: group, office, directory) })
            } else if let request, let out {
                let bytes = try Self.read(request, limit: EvidenceLimits.enrolmentRequestBytes, "enrolment request")
                let applicant = try office.examine(bytes, name: name)
                try checkGiven(applicant.fingerprint)
                let grant = try grant(applicant, group: group, office, directory)
                try Files.replace(out, with: grant.encoded(), mode: 0o644)
            }
        }

        /// Records the terminal and makes its grant.
        private func grant(
            _ applicant: Applicant, group: String, _ office: EnrolmentOffice, _ directory: Directory
        ) throws -> EnrolmentGrant {
            let now = Date()
            let enrolled = try office.enrol(
                applicant, lifetime: days * 86400, group: group, replacing: replace, now: now)
            let request = applicant.request
            let last = TableSettings(of: try directory.rowSettings(terminal: name))
            let screen = PixelSize(width: request.width, height: request.height)
            let font = font ?? last?.font ?? TableSettings.usualFont
            var records = enrolled.records
            records["server"] = Array((servers.first?.address.description ?? "").utf8)
            records.merge(try TableMaker.glyphs(screen: screen, font: font)) { own, _ in own }
            if let user = user ?? last?.user, try !directory.rights(terminal: name, user: user).isEmpty {
                let made = try TableMaker.records(
                    directory: directory, state: state.path, terminal: name, user: user,
                    servers: servers.map(\.address), screen: screen, font: font, now: now)
                records.merge(made.records) { own, _ in own }
                print(made.words(terminal: name, user: user))
            }
            let grant = try office.grant(applicant, records: records)
            try note(enrolled.certificate, directory, now, "TPM \(request.endorsementCertificate.digestText)")
            print("fingerprint \(applicant.fingerprint)")
            return grant
        }

        private func enrol(
            csr: String, in group: GroupRecord, _ directory: Directory, _ authority: CertificateAuthority
        ) throws {
            let request = try Self.read(csr, limit: CertificateAuthority.requestBytes, "certificate request")
            let now = Date()
            let issued = try authority.issueTerminal(
                request: String(decoding: request, as: UTF8.self), name: name, lifetime: days * 86400, now: now)
            try directory.enrol(
                TerminalRecord(
                    name: name, fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                    enrolled: now, expires: issued.notAfter, group: group.name),
                replacing: replace)
            if let out { try Files.replace(out, with: Array(issued.pem.utf8), mode: 0o644) }
            try note(issued, directory, now, "without a TPM")
            if group.attestation == .enforce {
                print("terminal \(name) can attest nothing, and group \(group.name) lets in nobody who does not attest")
            }
        }

        private func note(_ issued: IssuedCertificate, _ directory: Directory, _ now: Date, _ how: String) throws {
            let until = issued.notAfter.shown
            try directory.note(
                "enrolled", terminal: name, detail: "serial \(issued.serial) until \(until), \(how)", now: now)
            print("terminal \(name) enrolled, serial \(issued.serial), valid until \(until)")
        }

        /// A terminal would refuse the server under a name that its certificate does not have: say so now.
        private func checkServerNames() throws {
            let pem = try Self.read(StateFolder.serverCertificate(state.path), limit: 65536, "server's certificate")
            let certificate = try IssuedCertificate(pem: String(decoding: pem, as: UTF8.self))
            for host in servers.map(\.address.host) where !certificate.names(host: host) {
                throw Complaint("the server's certificate does not name \(host): vitrinectl init --host \(host)")
            }
        }

        private func checkGiven(_ shown: String) throws {
            guard let fingerprint else { return }
            guard Fingerprint.same(fingerprint, shown) else {
                throw Complaint("the fingerprint is \(shown), not the one given: this is another terminal's request")
            }
        }

        private func confirm(_ applicant: Applicant) throws -> Bool {
            try checkGiven(applicant.fingerprint)
            if yes || fingerprint != nil { return true }
            Output.say(
                "terminal \(name), fingerprint \(applicant.fingerprint): does the terminal show the same? [y/N] ")
            return ["y", "yes"].contains(readLine()?.lowercased())
        }

        private static func read(_ path: String, limit: Int, _ what: String) throws -> [UInt8] {
            do throws(Files.ReadError) { return try Files.read(path, limit: limit) } catch {
                throw Complaint("cannot read the \(what): \(error.text)")
            }
        }
    }
}
