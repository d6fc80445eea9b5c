internal import Admission
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import Glibc
internal import LinuxBase
internal import Rig
internal import Secrets
internal import SwiftASN1
internal import TPM
internal import Testing
internal import X509

/// One thing that is wrong with a request for enrolment, and the one reason that must be given for it.
struct EnrolmentCase: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable (inout EnrolmentRequest, EnrolmentRequest, Subject) throws -> Void
    let name: String
    let expected: EnrolmentError
    /// Gets the request of another terminal too, and the TPM.
    let change: Change

    init(_ name: String, _ expected: EnrolmentError, _ change: @escaping Change) {
        self.name = name
        self.expected = expected
        self.change = change
    }
    var testDescription: String { name }
}

/// The attributes are 32 bits behind type and name algorithm.
private func attributes(_ area: inout [UInt8], _ change: (inout UInt32) -> Void) {
    var value = area[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    change(&value)
    for index in 0..<4 { area[4 + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
}

private func captive(_ reason: String = "it could be known outside its TPM") -> String { reason }
private let otherUse = "it is not made for this use"
private let otherKind = "it is not an ECDSA key on P-256 with SHA-256"

extension EnrolmentCase {
    static let all = endorsement + attestation + client + papers

    private static let captivity: [ObjectAttributes] = [.fixedTPM, .fixedParent, .sensitiveDataOrigin]

    static let endorsement: [EnrolmentCase] =
        captivity.map { bit in
            EnrolmentCase(
                "an endorsement key that could leave (\(bit.rawValue))", .unfitEndorsementKey(reason: captive())
            ) {
                request, _, _ in
                attributes(&request.endorsementArea) { $0 &= ~bit.rawValue }
            }
        } + [
            EnrolmentCase("an endorsement key that signs", .unfitEndorsementKey(reason: otherUse)) { request, _, _ in
                attributes(&request.endorsementArea) { $0 |= ObjectAttributes.sign.rawValue }
            },
            EnrolmentCase("an endorsement key that is not restricted", .unfitEndorsementKey(reason: otherUse)) {
                request, _, _ in
                attributes(&request.endorsementArea) { $0 &= ~ObjectAttributes.restricted.rawValue }
            },
            EnrolmentCase("another TPM's endorsement key under the own certificate", .endorsementKeyDiffers) {
                request, other, _ in
                request.endorsementArea = other.endorsementArea
            },
            EnrolmentCase("another TPM's certificate over the own endorsement key", .endorsementKeyDiffers) {
                request, other, _ in
                request.endorsementCertificate = other.endorsementCertificate
            },
            EnrolmentCase("an endorsement key of another kind", .endorsementKeyDiffers) { request, _, _ in
                request.endorsementArea = try softwareStorageArea()
            },
            EnrolmentCase("a certificate that is none", .badCertificate) { request, _, _ in
                request.endorsementCertificate = [1, 2, 3]
            },
            EnrolmentCase("a certificate that ends early", .badCertificate) { request, _, _ in
                request.endorsementCertificate.removeLast()
            },
            EnrolmentCase("a certificate whose signature was altered", .unknownIssuer) { request, _, _ in
                request.endorsementCertificate[request.endorsementCertificate.count - 5] ^= 1
            },
            EnrolmentCase("a certificate by a stranger", .unknownIssuer) { request, _, _ in
                request.endorsementCertificate = try Chain.selfSigned()
            },
            EnrolmentCase("an area that is none", .unreadable(.truncated(.publicArea))) { request, _, _ in
                request.endorsementArea = [0]
            },
            EnrolmentCase("an area with a byte after it", .unreadable(.trailingBytes(.publicArea))) { request, _, _ in
                request.endorsementArea.append(0)
            },
            EnrolmentCase("an area of an RSA key", .unreadable(.otherAlgorithm(1))) { request, _, _ in
                request.endorsementArea[0...1] = [0, 1]
            },
        ]

    static let attestation: [EnrolmentCase] =
        captivity.map { bit in
            EnrolmentCase(
                "an attestation key that could leave (\(bit.rawValue))", .unfitAttestationKey(reason: captive())
            ) {
                request, _, _ in
                attributes(&request.attestationArea) { $0 &= ~bit.rawValue }
            }
        } + [
            EnrolmentCase("an attestation key that is not restricted", .unfitAttestationKey(reason: otherUse)) {
                request, _, _ in
                attributes(&request.attestationArea) { $0 &= ~ObjectAttributes.restricted.rawValue }
            },
            EnrolmentCase("an attestation key that decrypts", .unfitAttestationKey(reason: otherUse)) { request, _, _ in
                attributes(&request.attestationArea) { $0 |= ObjectAttributes.decrypt.rawValue }
            },
            EnrolmentCase("the channel's key for the attestation key", .unfitAttestationKey(reason: otherUse)) {
                request, _, _ in
                request.attestationArea = request.clientArea
            },
            EnrolmentCase("an attestation key named by another hash", .unfitAttestationKey(reason: otherKind)) {
                request, _, _ in
                request.attestationArea[3] = 0x0C
            },
            EnrolmentCase(
                "an attestation key off the curve", .unfitAttestationKey(reason: "its point is not on the curve")
            ) {
                request, _, _ in
                request.attestationArea[request.attestationArea.count - 1] ^= 1
            },
            EnrolmentCase("another TPM's attestation key", .certificationNotSigned) { request, other, _ in
                request.attestationArea = other.attestationArea
            },
        ]

    static let client: [EnrolmentCase] =
        captivity.map { bit in
            EnrolmentCase("a channel's key that could leave (\(bit.rawValue))", .unfitClientKey(reason: captive())) {
                request, _, _ in
                attributes(&request.clientArea) { $0 &= ~bit.rawValue }
            }
        } + [
            EnrolmentCase("a channel's key that is restricted", .unfitClientKey(reason: otherUse)) { request, _, _ in
                attributes(&request.clientArea) { $0 |= ObjectAttributes.restricted.rawValue }
            },
            EnrolmentCase("a channel's key of another area than the certified", .certifiesOtherKey) { request, _, _ in
                attributes(&request.clientArea) { $0 ^= ObjectAttributes.noDA.rawValue }
            },
            EnrolmentCase("another TPM's channel key", .certifiesOtherKey) { request, other, _ in
                request.clientArea = other.clientArea
                request.request = other.request
            },
            EnrolmentCase("a channel's key of software", .certifiesOtherKey) { request, _, _ in
                let key = P256.Signing.PrivateKey()
                request.clientArea.replaceSubrange(
                    (request.clientArea.count - 68)..., with: sizedPoint(key.publicKey))
                request.request = try Subject.certificateRequest("t1", by: Certificate.PrivateKey(key))
            },
            EnrolmentCase("another TPM's certification", .certificationNotSigned) { request, other, _ in
                request.certification = other.certification
                request.certificationSignature = other.certificationSignature
            },
            EnrolmentCase("a certification altered", .certificationNotSigned) { request, _, _ in
                request.certification[request.certification.count - 1] ^= 1
            },
            EnrolmentCase("a certification's signature altered", .certificationNotSigned) { request, _, _ in
                request.certificationSignature[9] ^= 1
            },
            EnrolmentCase("a certification that ends early", .badCertification(.truncated(.statement))) {
                request, _, _ in
                request.certification.removeLast()
            },
            EnrolmentCase("a quote for a certification", .badCertification(.otherStatement(0x8018))) {
                request, _, subject in
                let quote = try subject.device().quote(registers: [14], qualifyingData: [])
                request.certification = quote.bytes
                request.certificationSignature = quote.signature.r + quote.signature.s
            },
        ]

    static let papers: [EnrolmentCase] = [
        EnrolmentCase("a certificate request for another key", .requestForOtherKey) { request, _, _ in
            request.request = try Subject.certificateRequest(
                "t1", by: Certificate.PrivateKey(P256.Signing.PrivateKey()))
        },
        EnrolmentCase(
            "another terminal's certificate request", .admission(.requestForOther(name: "t1", asked: "\"t2\""))
        ) {
            request, other, _ in
            request.request = other.request
        },
        EnrolmentCase(
            "a certificate request that was altered",
            .admission(.badRequest(detail: "its signature does not match its key"))
        ) {
            request, _, _ in
            let name = try #require(request.request.indices.first { request.request[$0...].starts(with: "t1".utf8) })
            request.request[name + 1] = UInt8(ascii: "9")
        },
        EnrolmentCase("a certificate request that is none", .admission(.badRequest(detail: "not readable"))) {
            request, _, _ in
            request.request = Array("-----BEGIN CERTIFICATE REQUEST-----".utf8)
        },
        EnrolmentCase("a request of another name", .otherTerminal(asked: "\"t9\"")) { request, _, _ in
            request.terminal = "t9"
        },
    ]

    /// An area as the TPM's endorsement key has, on P-256 and of nobody.
    private static func softwareStorageArea() throws -> [UInt8] {
        [0x00, 0x23, 0x00, 0x0B, 0x00, 0x03, 0x00, 0x72, 0, 0, 0, 6, 0, 128, 0, 0x43, 0, 0x10, 0, 3, 0, 0x10]
            + sizedPoint(P256.Signing.PrivateKey().publicKey)
    }
}

func sizedPoint(_ key: P256.Signing.PublicKey) -> [UInt8] {
    let point = [UInt8](key.rawRepresentation)
    return [0, 32] + point[..<32] + [0, 32] + point[32...]
}

extension AttestationTests {
    @Suite struct `Enrolment` {
        @Test func `a TPM of a maker that is known opens its grant, and nobody else does`() throws {
            let state = try State()
            let (subject, other) = (try Subject(1), try Subject(2))
            let (applicant, terminal, _) = try state.enrol(subject, "t1")
            var records = terminal.records
            records["glyphs/body"] = [UInt8](repeating: 9, count: 100_000)
            let grant = try EnrolmentGrant(decoding: try state.office.grant(applicant, records: records).encoded())
            let opened = try subject.open(grant)
            #expect(opened == records && opened["operator"] == state.operatorPoint)
            #expect(opened["roots"] == Array(state.authority.certificate.pem.utf8))
            #expect(throws: TPMError.self) { try other.open(grant) }
            // Once more: each grant has secrets of its own.
            #expect(try state.office.grant(applicant, records: records) != grant)
            for change: (inout EnrolmentGrant) -> Void in [
                { $0.credential[3] ^= 1 }, { $0.credential[$0.credential.count - 1] ^= 1 }, { $0.secret[9] ^= 1 },
            ] {
                var altered = grant
                change(&altered)
                #expect(throws: TPMError.self) { try subject.open(altered) }
            }
            for change: (inout EnrolmentGrant) -> Void in [{ $0.nonce[0] ^= 1 }, { $0.ciphertext[5] ^= 1 }] {
                var altered = grant
                change(&altered)
                #expect(throws: CryptoKitError.self) { try subject.open(altered) }
            }
        }

        @Test func `a credential for another attestation key cannot be activated`() throws {
            let state = try State()
            let subject = try Subject(1)
            let good = try state.enrol(subject, "t1").applicant
            #expect(try !subject.open(state.office.grant(good, records: ["a": [1]])).isEmpty)
            // All is in order but for the attestation key, which is another's: two TPMs pretend to be one.
            let other = try Subject(2)
            var mixed = try other.request("t2")
            let own = try subject.request("t2")
            (mixed.endorsementCertificate, mixed.endorsementArea) = (own.endorsementCertificate, own.endorsementArea)
            _ = try state.directory.revokeTerminal("t1", now: state.now)
            let applicant = try state.office.examine(mixed.encoded(), name: "t2", now: state.now)
            let grant = try state.office.grant(applicant, records: ["a": [1]])
            #expect(throws: TPMError.self) { try subject.open(grant) }
            #expect(throws: TPMError.self) { try other.open(grant) }
        }

        @Test(arguments: EnrolmentCase.all)
        func `each thing that is wrong has its own reason`(row: EnrolmentCase) throws {
            let scene = try Papers.shared.get()
            let state = try State()
            #expect(try state.office.examine(scene.own.encoded(), name: "t1", now: state.now).request == scene.own)
            var request = scene.own
            try scene.use { try row.change(&request, scene.other, $0) }
            #expect(throws: row.expected) {
                try state.office.examine(request.encoded(), name: "t1", now: state.now)
            }
            #expect(!row.expected.description.isEmpty)
            #expect(try state.directory.terminals().isEmpty)
        }

        @Test func `whom the operator has not pinned is a stranger`() throws {
            let scene = try Papers.shared.get()
            let roots = try TPMMaker.roots()
            func fault(_ files: [[UInt8]], at date: Date? = nil) throws -> EnrolmentError? {
                let state = try State(pinned: false)
                for (index, file) in files.enumerated() {
                    for record in try EndorsementRoots.records(file, name: "r\(index)", now: state.now) {
                        try state.directory.addEndorsementRoot(record)
                    }
                }
                do throws(EnrolmentError) {
                    _ = try state.office.examine(scene.own.encoded(), name: "t1", now: date ?? state.now)
                } catch { return error }
                return nil
            }
            #expect(try fault([roots.root, roots.issuer]) == nil)
            #expect(try fault([roots.issuer]) == nil, "a pinned issuer is trusted by itself")
            #expect(try fault([roots.issuer + roots.root]) == nil, "two certificates in one file")
            #expect(try fault([]) == .noRoots)
            #expect(try fault([roots.root]) == .unknownIssuer, "the issuer between is not known")
            #expect(try fault([Chain.authority("Other").pem]) == .unknownIssuer)
            let issuerName = try Certificate(pemEncoded: String(decoding: roots.issuer, as: UTF8.self)).subject
            #expect(try fault([Chain.authority(issuerName).pem]) == .unknownIssuer, "the name alone does not do")
            #expect(
                try fault([roots.root, roots.issuer], at: Date(timeIntervalSince1970: 0)) == .chain(fault: .notYetValid)
            )
            let late = Date(timeIntervalSince1970: 253_402_387_200)  // The year 10000: TPMs are made to last.
            #expect(try fault([roots.root, roots.issuer], at: late) == .chain(fault: .expired))
        }

        @Test func `an authority's limits hold for what is below it`() throws {
            let scene = try Papers.shared.get()
            let state = try State(pinned: false)
            // A TPM of software that would pass, if its chain did.
            func fault(_ chain: Chain) throws -> EnrolmentError? {
                let state = try State(pinned: false)
                for (index, authority) in chain.pinned.enumerated() {
                    try state.directory.addEndorsementRoot(
                        EndorsementRootRecord(
                            name: "r\(index)", fingerprint: Digests.sha256(authority.pem),
                            certificate: String(decoding: authority.pem, as: UTF8.self), added: state.now))
                }
                var request = scene.own
                request.endorsementCertificate = chain.leaf
                do throws(EnrolmentError) {
                    _ = try state.office.examine(request.encoded(), name: "t1", now: state.now)
                } catch { return error }
                return nil
            }
            let key = try Certificate(derEncoded: scene.own.endorsementCertificate).publicKey
            #expect(try fault(Chain(of: key, levels: 1)) == nil)
            #expect(try fault(Chain(of: key, levels: 2)) == nil)
            #expect(try fault(Chain(of: key, levels: 2, below: 0)) == .chain(fault: .tooLong))
            #expect(try fault(Chain(of: key, levels: 2, below: 1)) == nil)
            #expect(try fault(Chain(of: key, levels: 1, isAuthority: false)) == .chain(fault: .notAnAuthority))
            #expect(try fault(Chain(of: key, levels: 1, signs: false)) == .chain(fault: .notAnAuthority))
            #expect(try fault(Chain(of: key, levels: 1, lifetime: -60)) == .chain(fault: .expired))
            // What is no authority is not recorded as one.
            let leaf = try Chain(of: key, levels: 1).leaf
            #expect(throws: AdmissionError.self) { try EndorsementRoots.records(leaf, name: "x", now: state.now) }
            #expect(throws: AdmissionError.self) { try EndorsementRoots.records([1, 2], name: "x", now: state.now) }
            #expect(throws: AdmissionError.self) { try EndorsementRoots.records([], name: "x", now: state.now) }
        }

        @Test func `one TPM is one terminal, until that is revoked`() throws {
            let state = try State()
            let subject = try Subject(1)
            try state.enrol(subject, "t1")
            #expect(throws: EnrolmentError.inUse(terminal: "t1")) { try state.enrol(subject, "t2") }
            #expect(throws: EnrolmentError.directory(.exists(.terminal, name: "t1"))) { try state.enrol(subject, "t1") }
            try state.enrol(subject, "t1", replacing: true)
            _ = try state.directory.revokeTerminal("t1", now: state.now)
            try state.enrol(subject, "t2")
        }

        @Test func `requests that are cut, stretched or of a bad name are refused`() throws {
            let scene = try Papers.shared.get()
            let state = try State()
            let bytes = scene.own.encoded()
            #expect(try state.office.examine(bytes, name: nil, now: state.now).request == scene.own)
            for cut in [Array(bytes.dropLast()), [], bytes + [0], bytes + bytes] {
                #expect(throws: EnrolmentError.self) { try state.office.examine(cut, name: nil, now: state.now) }
            }
            for name in ["../x", "-x", "a b"] {
                var request = scene.own
                request.terminal = name
                #expect(throws: EnrolmentError.self) {
                    try state.office.examine(request.encoded(), name: nil, now: state.now)
                }
            }
        }

        @Test func `both sides show the same fingerprint, and another for another request or operator`() throws {
            let scene = try Papers.shared.get()
            let state = try State()
            let bytes = scene.own.encoded()
            let shown = try state.office.examine(bytes, name: "t1", now: state.now).fingerprint
            let (root, point) = (state.authority.certificate.der, state.operatorPoint)
            #expect(
                Fingerprint.short(request: bytes, authority: root, operator: point, sha256: Digests.sha256) == shown)
            let others = [
                Fingerprint.short(request: bytes + [0], authority: root, operator: point, sha256: Digests.sha256),
                Fingerprint.short(request: bytes, authority: root + [0], operator: point, sha256: Digests.sha256),
                Fingerprint.short(request: bytes, authority: root, operator: point + [0], sha256: Digests.sha256),
            ]
            #expect(Set(others + [shown]).count == 4 && !others.contains { Fingerprint.same($0, shown) })
            #expect(Fingerprint.same(shown.lowercased().replacing("-", with: ""), shown))
        }

        @Test func `a renewal is for the same key, and both certificates are good until the new one is used`() throws {
            let state = try State()
            let (subject, other) = (try Subject(1), try Subject(2))
            let first = try state.enrol(subject, "t1").terminal.certificate
            let policy = try AdmissionPolicy(directory: state.directory)
            func isGood(_ certificate: IssuedCertificate) -> Bool {
                // Any refusal will do.
                (try? policy.terminal(certificate: certificate.der, now: state.now))?.name == "t1"
            }
            #expect(throws: EnrolmentError.renewalForOtherKey) {
                try state.office.renew(
                    terminal: "t1", request: other.certificateRequest("t1"), lifetime: State.year, now: state.now)
            }
            let request = try subject.certificateRequest("t1")
            #expect(throws: EnrolmentError.notEnrolled) {
                try state.office.renew(terminal: "t2", request: request, lifetime: State.year, now: state.now)
            }
            let unused = try state.office.renew(
                terminal: "t1", request: request, lifetime: State.year, now: state.now)
            let second = try state.office.renew(
                terminal: "t1", request: request, lifetime: 2 * State.year, now: state.now)
            #expect(isGood(first) && !isGood(unused) && isGood(second))
            #expect(try !state.directory.promoteCertificate(terminal: "t1", fingerprint: first.fingerprint))
            #expect(isGood(first), "the old one in use changes nothing")
            #expect(try state.directory.promoteCertificate(terminal: "t1", fingerprint: second.fingerprint))
            #expect(!isGood(first) && isGood(second))
            #expect(try state.directory.terminal(named: "t1")?.expires == second.notAfter)
            _ = try state.directory.revokeTerminal("t1", now: state.now)
            #expect(!isGood(second))
            #expect(throws: EnrolmentError.revoked) {
                try state.office.renew(terminal: "t1", request: request, lifetime: State.year, now: state.now)
            }
        }
    }
}

/// The requests of two terminals, once, and the first one's TPM.
final class Papers: @unchecked Sendable {
    static let shared = Result { try Papers() }
    let own: EnrolmentRequest
    let other: EnrolmentRequest
    // Used by one test at a time: the suite is serialized.
    private var subject: Subject?

    private init() throws {
        let subject = try Subject(1)
        self.subject = subject
        own = try subject.request("t1")
        other = try Subject(2).request("t2")
        // Nobody lets go of what is shared: the TPM would outlive the tests.
        atexit { if case .success(let papers) = Papers.shared { papers.subject = nil } }
    }

    func use(_ body: (Subject) throws -> Void) throws { try body(#require(subject)) }
}
