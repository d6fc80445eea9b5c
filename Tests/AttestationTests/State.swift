internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase
internal import Rig

/// A server's records with an authority, an operator's key, the TPM maker's certificates, a software maker and a release.
struct State: ~Copyable {
    let folder: TemporaryFolder
    let directory: Directory
    let authority: CertificateAuthority
    let office: EnrolmentOffice
    let appraiser: Appraiser
    let maker: Maker
    let operatorPoint: [UInt8]
    /// Now, in whole seconds: TPMs' certificates are made now.
    let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down) + 60)
    static let year: TimeInterval = 365 * 86400

    init(pinned: Bool = true) throws {
        let folder = try TemporaryFolder()
        let directory = try Directory.create(in: folder.path + "/state")
        let authority = try CertificateAuthority.openOrCreate(
            state: folder.path + "/state", directory: directory, name: "Test authority", lifetime: 10 * Self.year,
            now: now
        ).authority
        let maker = Maker()
        if pinned {
            let roots = try TPMMaker.roots()
            for (name, file) in [("root", roots.root), ("issuer", roots.issuer)] {
                for record in try EndorsementRoots.records(file, name: name, now: now) {
                    try directory.addEndorsementRoot(record)
                }
            }
        }
        try directory.trustReleaseKey(ReleaseKeyRecord(name: "maker", point: maker.point, added: now))
        try Self.add(maker.manifest(), by: maker, to: directory, now)
        // All that can fail comes first: the folder is moved in last.
        self.maker = maker
        self.authority = authority
        self.directory = directory
        operatorPoint = [UInt8](P256.Signing.PrivateKey().publicKey.x963Representation)
        office = EnrolmentOffice(directory: directory, authority: authority, operatorPoint: operatorPoint)
        appraiser = Appraiser(directory: directory)
        self.folder = folder
    }

    func add(_ manifest: ReleaseManifest) throws { try Self.add(manifest, by: maker, to: directory, now) }

    private static func add(
        _ manifest: ReleaseManifest, by maker: Maker, to directory: Directory, _ now: Date
    ) throws {
        let envelope = try maker.envelope(manifest)
        _ = try directory.addRelease(
            ReleaseRecord(
                version: manifest.version, manifest: envelope, digest: Digests.sha256(envelope), added: now))
    }

    @discardableResult
    func enrol(
        _ subject: Subject, _ name: String, replacing: Bool = false
    ) throws -> (applicant: Applicant, terminal: EnrolledTerminal, secret: [UInt8]) {
        let applicant = try office.examine(subject.request(name).encoded(), name: name, now: now)
        let terminal = try office.enrol(applicant, lifetime: Self.year, replacing: replacing, now: now)
        return (applicant, terminal, terminal.records["activation"] ?? [])
    }

    /// One round of challenge and answer.
    @discardableResult
    func attest(
        _ subject: Subject, _ name: String, activation: [UInt8]? = nil, first: TPMClock? = nil,
        log: [Measurement] = Subject.boot + Subject.programs
    ) throws -> Appraisal {
        let (nonce, exporter) = (try Random.bytes(32), try Random.bytes(32))
        let evidence = try subject.evidence(nonce: nonce, exporter: exporter, log: log, activation: activation)
        return try appraiser.appraise(evidence, of: name, first: first, now: now)
    }

    func denial(_ body: () throws -> Void) -> AppraisalDenial? {
        do { try body() } catch { return error as? AppraisalDenial }
        return nil
    }
}
