internal import Correspondence
internal import Evidence
internal import Glibc
internal import LinuxBase
internal import Pictures
internal import Seal
internal import TLS
internal import TPM
internal import Wire

/// Records that come from the operator. All of them are checked before any of them is written, and they are written at once.
extension Command {
    private static let fileLimit = 64 << 20

    func install(_ tpm: TPMDevice, _ path: String) throws(Problem) {
        let bytes = try Problem.read(path, limit: Self.fileLimit)
        let store = try open(tpm)
        if let grant = Grant.decoded(bytes) { return try install(tpm, try Grant.open(grant, with: tpm), into: store) }
        let records: [String: [UInt8]]
        do throws(EvidenceError) { records = try EnrolmentGrant.records(ofBundle: bytes) } catch {
            throw Problem("\(path): neither an enrolment's answer nor an export", ExitCode.badData)
        }
        try installExport(records, tpm, into: store)
    }

    // MARK: the answer to an enrolment

    private static let granted = ["certificate", "roots", "operator", "server", "activation"]

    /// `compared`: the fingerprint that was confirmed before the answer came; without it, it is compared now.
    func install(
        _ tpm: TPMDevice, _ records: [String: [UInt8]], into store: SealedStore, compared: String? = nil
    ) throws(Problem) {
        guard let certificate = records["certificate"], let roots = records["roots"], let key = records["operator"],
            records["server"] != nil, records["activation"]?.count == WireLimits.activationBytes
        else { throw Problem("the operator's answer is incomplete", ExitCode.badData) }
        let requestBytes = try read("request", store)
        let request: EnrolmentRequest
        do throws(EvidenceError) { request = try EnrolmentRequest(decoding: requestBytes) } catch {
            throw Problem("record request", error)
        }
        try checkCertificate(certificate, roots: roots, tpm)
        let known = Set(Self.granted)
        let others = records.filter { !known.contains($0.key) }
        try checkForms(others, operatorKey: key, terminal: request.terminal, newerThan: nil)
        let isOld = try hasNewerTable(store, than: records, key)
        guard let authority = CertificateText.der(roots) else {
            throw Problem("no authority in the answer", ExitCode.badData)
        }
        let fingerprint = Fingerprint.short(
            request: requestBytes, authority: authority, operator: key, sha256: Digest.sha256)
        if let compared {
            guard compared == fingerprint else {
                throw Problem(
                    "the grant is not of those whose fingerprint was confirmed: nothing was installed",
                    ExitCode.protocolError)
            }
        } else {
            try compare(fingerprint)
        }
        var changes = try leftovers(store, records)
        // The same answer again: its secret has done its work, and its certificate may have been renewed since.
        let granted = try names(store).contains("certificate-granted") ? read("certificate-granted", store) : []
        let isRepeated = granted == certificate
        for (name, bytes) in records.sorted(by: { $0.key < $1.key }) {
            if isRepeated, name == "certificate" || name == "activation" { continue }
            if isOld, name == "table" || name.hasPrefix("logo/") { continue }
            changes.append((name, bytes))
            if name == "table" {
                changes.append(("table-version", NumberRecord.encoded(try signed(bytes, key).table.version)))
            }
        }
        changes.append(("certificate-granted", certificate))
        changes.append(("terminal", Array(request.terminal.utf8)))
        try commit(changes, store)
        say("terminal \(request.terminal) enrolled, fingerprint \(fingerprint); \(records.count) records installed")
    }

    /// What a terminal that changes hands must not bring along: another operator's rows could ask for it.
    // (A table's version counts for one operator: it goes with the table.)
    private func leftovers(
        _ store: SealedStore, _ records: [String: [UInt8]]
    ) throws(Problem) -> [(name: String, bytes: [UInt8]?)] {
        let names = try names(store)
        for name in ["operator", "roots"] where names.contains(name) {
            guard try read(name, store) != records[name] else { continue }
            return names.filter {
                $0.hasPrefix("data/") || $0.hasPrefix("logo/") || $0.hasPrefix("table") || $0 == "clock"
            }
            .sorted().map { ($0, nil) }
        }
        return []
    }

    /// What makes both ends sure of each other: a person sees the same text on both.
    func compare(_ fingerprint: String) throws(Problem) {
        if let expected = self[option: "--fingerprint"] {
            guard Fingerprint.same(expected, fingerprint) else {
                throw Problem(
                    "the fingerprint is \(fingerprint), not the one expected: somebody is between the two sides",
                    ExitCode.protocolError)
            }
            return
        }
        if takesWithoutComparing {
            return say("vitrine-provision: WARNING: fingerprint \(fingerprint) taken without comparing", to: 2)
        }
        say("fingerprint \(fingerprint)\nDoes the operator's side show the same? Type yes to go on:")
        guard readLine(strippingNewline: true)?.lowercased() == "yes" else {
            throw Problem("the fingerprints were not confirmed; nothing was installed", ExitCode.protocolError)
        }
    }

    // MARK: an export

    /// An export carries no secret and proves only its table, by the operator's signature: it changes neither whom this
    /// terminal trusts nor who it is.
    private func installExport(
        _ records: [String: [UInt8]], _ tpm: TPMDevice, into store: SealedStore
    ) throws(Problem) {
        let roots = try read("roots", store)
        if let other = records["roots"], other != roots {
            throw Problem("the export is of another authority: enrol the terminal again", ExitCode.badData)
        }
        if let certificate = records["certificate"] { try checkCertificate(certificate, roots: roots, tpm) }
        // Fonts came with the enrolment. An export proves only its table: it does not change the shape of digits.
        let records = records.filter { !$0.key.hasPrefix("glyphs/") }
        let terminal = String(decoding: try read("terminal", store), as: UTF8.self)
        let key = try read("operator", store)
        let others = records.filter { $0.key != "roots" && $0.key != "certificate" }
        try checkForms(others, operatorKey: key, terminal: terminal, newerThan: try tableVersion(store, key))
        var changes: [(name: String, bytes: [UInt8]?)] = records.filter { $0.key != "roots" }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        if let table = records["table"] {
            changes.append(("table-version", NumberRecord.encoded(try signed(table, key).table.version)))
        }
        try commit(changes, store)
        say("\(records.count) records installed")
    }

    /// A table that cannot be read still had its version.
    private func tableVersion(_ store: SealedStore, _ key: [UInt8]) throws(Problem) -> UInt64? {
        let names = try names(store)
        let noted = try names.contains("table-version") ? read("table-version", store) : []
        let present = names.contains("table") ? (try? signed(read("table", store), key))?.table.version : nil
        let version = max(present ?? 0, NumberRecord.value(of: noted) ?? 0)
        return version > 0 ? version : nil
    }

    /// The store has a later table of the same operator than the one that comes with a grant.
    private func hasNewerTable(
        _ store: SealedStore, than records: [String: [UInt8]], _ key: [UInt8]
    ) throws(Problem) -> Bool {
        guard let bytes = records["table"], try names(store).contains("operator"), try read("operator", store) == key,
            let version = try tableVersion(store, key)
        else { return false }
        return try signed(bytes, key).table.version <= version
    }

    // MARK: checks

    /// Decodes each record as the terminal will at its next start: better refused here, beside the operator.
    private func checkForms(
        _ records: [String: [UInt8]], operatorKey: [UInt8], terminal: String, newerThan version: UInt64?
    ) throws(Problem) {
        let names = Set(records.keys)
        for (name, bytes) in records {
            if name == "table" {
                let table = try signed(bytes, operatorKey)
                do throws(TableError) {
                    try table.check(terminal: terminal, newerThan: version, records: names)
                } catch { throw Problem("\(error)", ExitCode.badData) }
            } else if name.hasPrefix("glyphs/") {
                do throws(CorrespondenceError) { _ = try GlyphSheet(decoding: bytes) } catch {
                    throw Problem("record \(name): \(error)", ExitCode.badData)
                }
            } else if name.hasPrefix("logo/") {
                guard LogoRecord.name(Digest.sha256(bytes)) == name else {
                    throw Problem("record \(name): not the logo of that name", ExitCode.badData)
                }
                do throws(CorrespondenceError) { _ = try Picture(decodingLogo: bytes) } catch {
                    throw Problem("record \(name): \(error)", ExitCode.badData)
                }
            } else {
                throw Problem("record \(name): not something that an operator sends", ExitCode.badData)
            }
        }
    }

    private func signed(_ bytes: [UInt8], _ key: [UInt8]) throws(Problem) -> SignedTable {
        do throws(TableError) {
            return try SignedTable(decoding: bytes) { SignatureCheck.isValid($1, of: $0, point: key) }
        } catch { throw Problem("\(error)", ExitCode.badData) }
    }

    /// The certificate must be for this TPM's key, and the roots must be certificates.
    private func checkCertificate(_ certificate: [UInt8], roots: [UInt8], _ tpm: TPMDevice) throws(Problem) {
        guard CertificateChain.isIssued(certificate, by: roots) else {
            throw Problem("the certificate is not of the terminal's authority", ExitCode.badData)
        }
        let point: P256PublicPoint
        do throws(TPMError) { point = try tpm.clientPublicKey() } catch { throw Problem(error) }
        do throws(TLSError) {
            _ = try TLSClientContext(
                certificatePEM: certificate, rootsPEM: roots, publicKey: (point.x, point.y),
                sign: { digest in
                    let signature = try tpm.sign(digest: digest)
                    return (signature.r, signature.s)
                })
        } catch { throw Problem(error) }
    }

    // MARK: the store

    func read(_ name: String, _ store: SealedStore) throws(Problem) -> [UInt8] {
        do throws(SealError) { return try store.read(name) } catch { throw Problem(error) }
    }

    func names(_ store: SealedStore) throws(Problem) -> Set<String> {
        do throws(SealError) { return Set(try store.names()) } catch { throw Problem(error) }
    }

    func commit(_ changes: [(name: String, bytes: [UInt8]?)], _ store: SealedStore) throws(Problem) {
        do throws(SealError) { try store.commit(changes) } catch { throw Problem(error) }
    }
}
