import Evidence
import FuzzKit

/// What terminals, their TPMs and whoever makes their software say as bytes.
extension Targets {
    static let evidence = [
        envelope, manifest, eventLog, quote, certification, publicArea, enrolmentRequest, enrolmentOffer,
        enrolmentGrant, bundle,
    ]

    /// `body` throws an `EvidenceError` to refuse, and returns whether what it accepted has no other form.
    private static func evidenceVerdict(_ body: () throws -> Bool) -> FuzzTarget.Verdict {
        do {
            return try body() ? .accepted : .broken("accepted, but has another form")
        } catch is EvidenceError {
            return .refused
        } catch {
            return .broken("an error of another module: \(error)")
        }
    }

    private static func repeated(_ byte: UInt8, _ count: Int = 32) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    private static let measurements = [(11, "kernel"), (14, "vitrine-terminal"), (14, "é")].compactMap {
        Measurement(register: $0.0, name: $0.1, digest: repeated(UInt8($0.0)))
    }

    private static let sampleManifest = ReleaseManifest(
        version: "1.2", time: 1_800_000_000, generation: 3, measurements: measurements, authorityX: repeated(3),
        authorityY: repeated(4),
        policies: [.init(offset: 0, signature: repeated(5, 64)), .init(offset: 7, signature: repeated(6, 64))])

    private static let name: [UInt8] = [0, 0x0B] + repeated(5)

    private static func head(_ type: UInt8) -> [UInt8] {
        [0xFF, 0x54, 0x43, 0x47, 0x80, type, 0, 34] + name + [0, 32] + repeated(1) + repeated(0, 15) + [9, 1]
            + repeated(2, 8)
    }

    /// P-256, ECDSA, restricted; and P-384 with AES-256, as endorsement keys are.
    private static let areas: [[UInt8]] = [
        [0, 0x23, 0, 0x0B, 0, 5, 4, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0B, 0, 3, 0, 0x10, 0, 32] + repeated(1)
            + [0, 31] + repeated(2, 31),
        [0, 0x23, 0, 0x0C, 0, 3, 0, 0xF2, 0, 48] + repeated(7, 48) + [
            0, 6, 1, 0, 0, 0x43, 0, 0x10, 0, 4, 0, 0x10, 0, 48,
        ]
            + repeated(1, 48) + [0, 48] + repeated(2, 48),
    ]

    static let envelope = FuzzTarget(
        name: "envelope",
        corpus: [[], [1, 2, 3], sampleManifest.encoded()].map {
            SignedEnvelope.encode(payload: $0, signature: repeated(1, 64))
        }
    ) { input in
        evidenceVerdict {
            let envelope = try SignedEnvelope(decoding: input, limit: EvidenceLimits.manifestBytes)
            return SignedEnvelope.encode(payload: envelope.payload, signature: envelope.signature) == input
        }
    }

    static let manifest = FuzzTarget(name: "release-manifest", corpus: [sampleManifest.encoded()]) { input in
        evidenceVerdict { try ReleaseManifest(decoding: input).encoded() == input }
    }

    static let eventLog = FuzzTarget(
        name: "event-log", corpus: [measurements, []].compactMap { EventLog(events: $0)?.encoded() }
    ) { input in
        evidenceVerdict { try EventLog(decoding: input).encoded() == input }
    }

    static let quote = FuzzTarget(
        name: "tpm-quote",
        corpus: [
            head(0x18) + [0, 0, 0, 1, 0, 0x0B, 3, 0, 0x48, 0, 0, 32] + repeated(9),
            head(0x18) + [0, 0, 0, 2, 0, 0x0B, 3, 0, 0x48, 0, 0, 4, 4, 1, 0, 0, 1, 0, 32] + repeated(9),
        ], limit: 1100
    ) { input in
        evidenceVerdict {
            let quote = try QuoteStatement(decoding: input)
            return quote.selections.allSatisfy { $0.registers.allSatisfy((0..<32).contains) }
                && quote.digest.count <= 64
        }
    }

    static let certification = FuzzTarget(
        name: "tpm-certification", corpus: [head(0x17) + [0, 34] + name + [0, 34] + name], limit: 1100
    ) { input in
        evidenceVerdict { try CertifyStatement(decoding: input).name.count <= 66 }
    }

    static let publicArea = FuzzTarget(name: "tpm-public-area", corpus: areas, limit: 600) { input in
        evidenceVerdict {
            let area = try PublicArea(decoding: input)
            let length = area.point.curve.coordinateBytes
            return area.bytes == input && area.point.x.count == length && area.point.y.count == length
        }
    }

    static let enrolmentRequest = FuzzTarget(
        name: "enrolment-request",
        corpus: [
            EnrolmentRequest(
                terminal: "till-1", endorsementCertificate: repeated(0x30), endorsementArea: areas[1],
                attestationArea: areas[0], clientArea: areas[0], certification: head(0x17),
                certificationSignature: repeated(1, 64), request: repeated(0x30), software: "vitrine-provision 0.1",
                width: 800, height: 480
            ).encoded()
        ]
    ) { input in
        evidenceVerdict { try EnrolmentRequest(decoding: input).encoded() == input }
    }

    static let enrolmentOffer = FuzzTarget(
        name: "enrolment-offer",
        corpus: [
            EnrolmentOffer(authority: [0x30, 1, 2], operatorKey: [UInt8](repeating: 4, count: 65)).encoded()
        ]
    ) { input in
        verdict {
            let offer = try EnrolmentOffer(decoding: input)
            return offer.encoded() == input
        }
    }

    static let enrolmentGrant = FuzzTarget(
        name: "enrolment-grant",
        corpus: [
            EnrolmentGrant(
                credential: repeated(1, 80), secret: repeated(2, 100), nonce: repeated(3, 12),
                ciphertext: repeated(4, 90)
            ).encoded()
        ]
    ) { input in
        evidenceVerdict { try EnrolmentGrant(decoding: input).encoded() == input }
    }

    static let bundle = FuzzTarget(
        name: "enrolment-bundle",
        corpus: [EnrolmentGrant.bundle(of: ["certificate": repeated(1), "glyphs/body": [], "server": [0x61]])]
    ) { input in
        evidenceVerdict { EnrolmentGrant.bundle(of: try EnrolmentGrant.records(ofBundle: input)) == input }
    }
}
