public import Database
public import FoundationEssentials
internal import SwiftASN1
internal import X509

// TPM makers' certificates have critical extensions and empty subjects that a verifier for the web's certificates refuses
// (TCG EK Credential Profile §3.2), and what the operator has pinned is few: the chain is walked by hand.

/// The certificates by which TPMs are known: those of their makers, and of the makers' authorities.
public struct EndorsementRoots: Sendable {
    /// From the TPM's certificate up: maker's line, maker, root.
    static let depth = 3
    /// One certificate file with a chain in it.
    public static let fileBytes = 65536

    private let pinned: [Certificate]

    public init(_ records: [EndorsementRootRecord]) throws(AdmissionError) {
        var pinned: [Certificate] = []
        for record in records {
            do { pinned.append(try Certificate(pemEncoded: record.certificate)) } catch {
                throw .badCertificate(what: "endorsement root \(record.name)'s", detail: "damaged record")
            }
        }
        self.pinned = pinned
    }

    /// The certificates of a file (PEM, one or more, or one in DER), as they are recorded. Refuses what is no authority.
    public static func records(
        _ file: [UInt8], name: String, now: Date
    ) throws(AdmissionError) -> [EndorsementRootRecord] {
        let certificates: [Certificate]
        do {
            if file.first == 0x30 {
                certificates = [try Certificate(derEncoded: file)]
            } else {
                certificates = try PEMDocument.parseMultiple(pemString: String(decoding: file, as: UTF8.self)).map {
                    try Certificate(pemDocument: $0)
                }
            }
        } catch {
            throw .badCertificate(what: "an authority's", detail: "neither PEM nor DER of certificates")
        }
        guard !certificates.isEmpty else { throw .badCertificate(what: "an authority's", detail: "the file has none") }
        var records: [EndorsementRootRecord] = []
        for (index, certificate) in certificates.enumerated() {
            guard certificate.isAuthority else {
                throw .badCertificate(what: "an authority's", detail: "certificate \(index + 1) is not an authority's")
            }
            let issued = try IssuedCertificate(certificate)
            records.append(
                EndorsementRootRecord(
                    name: certificates.count == 1 ? name : "\(name)-\(index + 1)", fingerprint: issued.fingerprint,
                    certificate: issued.pem, added: now))
        }
        return records
    }

    /// Follows the signatures from a TPM's certificate to a pinned one that no other pinned one has signed.
    func check(_ certificate: Certificate, now: Date) throws(EnrolmentError) {
        guard !pinned.isEmpty else { throw .noRoots }
        try Self.checkValidity(certificate, now)
        var lower = certificate
        for level in 0..<Self.depth {
            guard let issuer = pinned.first(where: { lower.isSigned(by: $0) }) else {
                // A pinned certificate is trusted by itself: its own issuer need not be known.
                guard level > 0 else { throw .unknownIssuer }
                return
            }
            guard issuer.isAuthority else { throw .chain(fault: .notAnAuthority) }
            guard issuer.authoritiesBelow.map({ level <= $0 }) ?? true else { throw .chain(fault: .tooLong) }
            try Self.checkValidity(issuer, now)
            if issuer.issuer == issuer.subject { return }
            lower = issuer
        }
    }

    private static func checkValidity(_ certificate: Certificate, _ now: Date) throws(EnrolmentError) {
        guard certificate.notValidBefore <= now else { throw .chain(fault: .notYetValid) }
        guard now <= certificate.notValidAfter else { throw .chain(fault: .expired) }
    }
}

extension Certificate {
    /// Whether it may sign other certificates (RFC 5280 §4.2.1.3, §4.2.1.9).
    fileprivate var isAuthority: Bool {
        // An extension that cannot be read allows nothing.
        guard let constraints = try? extensions.basicConstraints, case .isCertificateAuthority = constraints else {
            return false
        }
        guard extensions.contains(where: { $0.oid == .X509ExtensionID.keyUsage }) else { return true }
        return (try? extensions.keyUsage)?.keyCertSign ?? false  // As above.
    }

    /// How many authorities may stand between it and a TPM's certificate; nil for any number.
    fileprivate var authoritiesBelow: Int? {
        guard let constraints = try? extensions.basicConstraints, case .isCertificateAuthority(let count) = constraints
        else { return 0 }  // Not reached for an authority.
        return count
    }

    fileprivate func isSigned(by issuer: Certificate) -> Bool {
        self.issuer == issuer.subject && issuer.publicKey.isValidSignature(signature, for: self)
    }
}
