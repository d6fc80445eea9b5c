internal import Crypto
internal import Evidence
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// The public areas of a terminal's three keys, each fit for what it is for.
struct KeyAreas: Sendable {
    let endorsement: PublicArea
    let attestation: PublicArea
    let client: PublicArea

    /// Born in a TPM that never lets it out.
    private static let captive: ObjectAttributes = [.fixedTPM, .fixedParent, .sensitiveDataOrigin]

    init(_ request: EnrolmentRequest) throws(EnrolmentError) {
        do throws(EvidenceError) {
            endorsement = try PublicArea(decoding: request.endorsementArea)
            attestation = try PublicArea(decoding: request.attestationArea)
            client = try PublicArea(decoding: request.clientArea)
        } catch {
            throw .unreadable(error)
        }
        if let reason = Self.fault(of: endorsement, needs: [.restricted, .decrypt], lacks: .sign) {
            throw .unfitEndorsementKey(reason: reason)
        }
        // Restricted: it signs what the TPM itself has made and nothing that a caller words.
        if let reason = Self.fault(of: attestation, needs: [.restricted, .sign], lacks: .decrypt)
            ?? Self.signingFault(of: attestation)
        {
            throw .unfitAttestationKey(reason: reason)
        }
        if let reason = Self.fault(of: client, needs: .sign, lacks: [.decrypt, .restricted])
            ?? Self.signingFault(of: client)
        {
            throw .unfitClientKey(reason: reason)
        }
    }

    private static func fault(
        of area: PublicArea, needs: ObjectAttributes, lacks: ObjectAttributes
    ) -> String? {
        guard area.attributes.isSuperset(of: captive) else { return "it could be known outside its TPM" }
        guard area.attributes.isSuperset(of: needs), area.attributes.isDisjoint(with: lacks) else {
            return "it is not made for this use"
        }
        return nil
    }

    private static func signingFault(of area: PublicArea) -> String? {
        guard area.point.curve == .p256, area.nameAlgorithm == PublicArea.Algorithm.sha256,
            let scheme = area.scheme, scheme.algorithm == PublicArea.Algorithm.ecdsa,
            scheme.hash == PublicArea.Algorithm.sha256, area.symmetric == nil
        else { return "it is not an ECDSA key on P-256 with SHA-256" }
        guard (try? P256.Signing.PublicKey(x963Representation: area.point.uncompressed)) != nil else {
            return "its point is not on the curve"  // What the library throws says no more.
        }
        return nil
    }

    /// The endorsement key is the one in the certificate, and that is signed by an authority of TPMs.
    func checkEndorsement(
        _ der: [UInt8], roots: EndorsementRoots, now: Date
    ) throws(EnrolmentError) {
        // The library's words may quote the certificate: they are left out.
        guard let certificate = try? Certificate(derEncoded: der) else { throw .badCertificate }
        try roots.check(certificate, now: now)
        let point: Data?
        switch endorsement.point.curve {
        case .p256: point = P256.Signing.PublicKey(certificate.publicKey)?.x963Representation
        case .p384: point = P384.Signing.PublicKey(certificate.publicKey)?.x963Representation
        }
        guard let point, [UInt8](point) == endorsement.point.uncompressed else { throw .endorsementKeyDiffers }
    }

    /// The attestation key says that the channel's key is in its TPM.
    func checkCertification(_ bytes: [UInt8], signature: [UInt8]) throws(EnrolmentError) {
        let statement: CertifyStatement
        do throws(EvidenceError) { statement = try CertifyStatement(decoding: bytes) } catch {
            throw .badCertification(error)
        }
        guard ReleaseManifest.isValid(signature, over: bytes, by: attestation.point.uncompressed) else {
            throw .certificationNotSigned
        }
        guard statement.name == client.name(sha256: Digests.sha256) else { throw .certifiesOtherKey }
    }

    /// The certificate request is by the terminal, for the channel's key.
    func checkRequest(_ bytes: [UInt8], of name: String) throws(EnrolmentError) {
        let request: CertificateSigningRequest
        do throws(AdmissionError) {
            request = try CertificateAuthority.check(request: CertificateAuthority.pem(request: bytes), of: name)
        } catch {
            throw .admission(error)
        }
        guard let key = P256.Signing.PublicKey(request.publicKey),
            [UInt8](key.x963Representation) == client.point.uncompressed
        else { throw .requestForOtherKey }
    }
}
