internal import Crypto
public import Database
public import Evidence
public import FoundationEssentials
internal import LinuxBase
internal import SwiftASN1
internal import X509

/// A terminal whose papers are in order, and who waits for the operator's word.
public struct Applicant: Sendable {
    public let request: EnrolmentRequest
    /// What the operator compares with the terminal's screen.
    public let fingerprint: String
    let areas: KeyAreas
    /// SHA-256 of the endorsement certificate.
    let endorsement: [UInt8]
}

/// A terminal that is on record, and what goes into its grant.
public struct EnrolledTerminal: Sendable {
    public let certificate: IssuedCertificate
    /// The records of the grant's bundle that come from here: certificate, roots, operator, activation.
    public let records: [String: [UInt8]]
}

/// Enrols terminals by their TPMs. Trusts a TPM's maker for the endorsement key, that key for the attestation key (only
/// their TPM opens the grant), the attestation key for the channel's key, and the operator for who it is. Blocks for
/// milliseconds; any thread.
public struct EnrolmentOffice: Sendable {
    private static let activationBytes = 32

    private let directory: Directory
    private let authority: CertificateAuthority
    private let operatorPoint: [UInt8]

    /// `operatorPoint` is the operator's public key, 65 bytes: terminals check their tables by it.
    public init(directory: Directory, authority: CertificateAuthority, operatorPoint: [UInt8]) {
        self.directory = directory
        self.authority = authority
        self.operatorPoint = operatorPoint
    }

    /// Checks an encoded `EnrolmentRequest` of the terminal that the operator calls `name`; nil takes the name it gives
    /// itself. Records nothing.
    public func examine(_ bytes: [UInt8], name: String?, now: Date = Date()) throws(EnrolmentError) -> Applicant {
        let request: EnrolmentRequest
        do throws(EvidenceError) { request = try EnrolmentRequest(decoding: bytes) } catch { throw .unreadable(error) }
        if let name, name != request.terminal { throw .otherTerminal(asked: request.terminal.loggable) }
        try recorded { () throws(DatabaseError) in try RecordLimits.check(.terminal, request.terminal) }
        let areas = try KeyAreas(request)
        let roots = try recorded { () throws(DatabaseError) in try directory.endorsementRoots() }
        try areas.checkEndorsement(request.endorsementCertificate, roots: Self.roots(roots), now: now)
        try areas.checkCertification(request.certification, signature: request.certificationSignature)
        try areas.checkRequest(request.request, of: request.terminal)
        let endorsement = Digests.sha256(request.endorsementCertificate)
        for other in try recorded({ () throws(DatabaseError) in try directory.terminals() })
        where other.name != request.terminal && other.revoked == nil && other.identity?.endorsement == endorsement {
            throw .inUse(terminal: other.name)
        }
        let fingerprint = Fingerprint.short(
            request: bytes, authority: authority.certificate.der, operator: operatorPoint, sha256: Digests.sha256)
        return Applicant(request: request, fingerprint: fingerprint, areas: areas, endorsement: endorsement)
    }

    /// What a terminal needs to show the fingerprint of an applicant before there is a grant.
    public var offer: EnrolmentOffer {
        EnrolmentOffer(authority: authority.certificate.der, operatorKey: operatorPoint)
    }

    /// Issues the certificate and records the terminal, which from then on may come in, once.
    public func enrol(
        _ applicant: Applicant, lifetime: TimeInterval, group: String = GroupRecord.usual, replacing: Bool, now: Date
    ) throws(EnrolmentError) -> EnrolledTerminal {
        let name = applicant.request.terminal
        let certificate: IssuedCertificate
        do throws(AdmissionError) {
            certificate = try authority.issueTerminal(
                request: CertificateAuthority.pem(request: applicant.request.request), name: name, lifetime: lifetime,
                now: now)
        } catch {
            throw .admission(error)
        }
        let activation: [UInt8]
        do { activation = try Random.bytes(Self.activationBytes) } catch { throw .cryptography }
        let identity = TerminalIdentity(
            attestationArea: applicant.areas.attestation.bytes, endorsement: applicant.endorsement,
            activation: Digests.sha256(activation))
        try recorded { () throws(DatabaseError) in
            try directory.enrol(
                TerminalRecord(
                    name: name, fingerprint: certificate.fingerprint, serial: certificate.serial,
                    certificate: certificate.pem, enrolled: now, expires: certificate.notAfter, identity: identity,
                    group: group),
                replacing: replacing)
        }
        return EnrolledTerminal(
            certificate: certificate,
            records: [
                "certificate": Array(certificate.pem.utf8), "roots": Array(authority.certificate.pem.utf8),
                "operator": operatorPoint, "activation": activation,
            ])
    }

    /// A bundle of `records` that only the applicant's TPM opens.
    public func grant(_ applicant: Applicant, records: [String: [UInt8]]) throws(EnrolmentError) -> EnrolmentGrant {
        let areas = applicant.areas
        guard let name = areas.attestation.name(sha256: Digests.sha256) else { throw .cryptography }
        do {
            let secret = try Random.bytes(EnrolmentGrant.secretBytes)
            let credential = try CredentialMaker.credential(for: secret, name: name, endorsement: areas.endorsement)
            let key = SymmetricKey(data: Digests.sha256(EnrolmentGrant.keyMessage(secret: secret)))
            let box = try AES.GCM.seal(EnrolmentGrant.bundle(of: records), using: key)
            return EnrolmentGrant(
                credential: credential.blob, secret: credential.seed, nonce: box.nonce.map { $0 },
                ciphertext: [UInt8](box.ciphertext + box.tag))
        } catch let error as EnrolmentError {
            throw error
        } catch {
            throw .cryptography
        }
    }

    /// A new certificate for the key that the terminal has now: the request (PEM or DER) must be for it and signed by it.
    /// Until the terminal first uses the new certificate both are good. `lifetime`: nil for as long as the one before.
    public func renew(
        terminal name: String, request: [UInt8], lifetime: TimeInterval? = nil, now: Date = Date()
    ) throws(EnrolmentError) -> IssuedCertificate {
        let found = try recorded { () throws(DatabaseError) in try directory.terminal(named: name) }
        guard let record = found else { throw .notEnrolled }
        guard record.revoked == nil else { throw .revoked }
        guard let before = try? Certificate(pemEncoded: record.certificate) else { throw .renewalForOtherKey }
        let began = before.notValidBefore.addingTimeInterval(CertificateAuthority.backdating)
        let lifetime = lifetime ?? before.notValidAfter.timeIntervalSince(began)
        let issued: IssuedCertificate
        do throws(AdmissionError) {
            let pem = try CertificateAuthority.pem(request: request)
            issued = try authority.issueTerminal(request: pem, name: name, lifetime: lifetime, now: now)
        } catch {
            throw .admission(error)
        }
        // The certificate's key is the request's: it was made for it.
        guard let after = try? Certificate(pemEncoded: issued.pem), before.publicKey == after.publicKey else {
            throw .renewalForOtherKey
        }
        try recorded { () throws(DatabaseError) in
            try directory.setNextCertificate(
                NextCertificate(
                    fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                    expires: issued.notAfter),
                terminal: name)
        }
        return issued
    }

    private static func roots(_ records: [EndorsementRootRecord]) throws(EnrolmentError) -> EndorsementRoots {
        do { return try EndorsementRoots(records) } catch { throw .admission(error) }
    }

    private func recorded<Value>(_ body: () throws(DatabaseError) -> Value) throws(EnrolmentError) -> Value {
        do { return try body() } catch { throw .directory(error) }
    }
}
