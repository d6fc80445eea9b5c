internal import Evidence
internal import TLS
internal import Testing
internal import Wire

func sampleRequest() -> EnrolmentRequest {
    EnrolmentRequest(
        terminal: "till-1", endorsementCertificate: [0x30, 0], endorsementArea: Statements.area,
        attestationArea: Statements.area, clientArea: Statements.area, certification: Statements.certify,
        certificationSignature: [UInt8](repeating: 6, count: 64), request: [0x30, 1], software: "provision 1",
        width: 800, height: 480)
}

func sampleGrant() -> EnrolmentGrant {
    EnrolmentGrant(
        credential: [1, 2], secret: [3, 4], nonce: [UInt8](0..<12), ciphertext: [UInt8](repeating: 1, count: 20))
}

@Suite struct `An enrolment's records` {
    @Test func `what was put in comes out`() throws {
        #expect(try EnrolmentRequest(decoding: sampleRequest().encoded()) == sampleRequest())
        #expect(try EnrolmentGrant(decoding: sampleGrant().encoded()) == sampleGrant())
        let records: [String: [UInt8]] = [
            "certificate": [1], "glyphs/body": [], "table": [UInt8](repeating: 1, count: 999),
        ]
        #expect(try EnrolmentGrant.records(ofBundle: EnrolmentGrant.bundle(of: records)) == records)
    }

    @Test func `a request out of bounds is refused`() {
        let rows: [(UInt64, (inout EnrolmentRequest) -> Void)] = [
            (1, { $0.terminal = "" }), (1, { $0.terminal = "a\nb" }),
            (1, { $0.terminal = String(repeating: "a", count: 65) }), (2, { $0.endorsementCertificate = [] }),
            (2, { $0.endorsementCertificate = [UInt8](repeating: 0, count: 8193) }), (3, { $0.endorsementArea = [] }),
            (4, { $0.attestationArea = [UInt8](repeating: 0, count: 513) }), (5, { $0.clientArea = [] }),
            (6, { $0.certification = [] }), (7, { $0.certificationSignature.removeLast() }), (8, { $0.request = [] }),
            (9, { $0.software = "\u{7}" }), (10, { $0.width = 0 }), (11, { $0.height = 4097 }),
        ]
        for (key, change) in rows {
            var request = sampleRequest()
            change(&request)
            #expect(throws: EvidenceError.bad(.enrolmentRequest, key: key)) {
                try EnrolmentRequest(decoding: request.encoded())
            }
        }
        let long = [UInt8](repeating: 0, count: EvidenceLimits.enrolmentRequestBytes + 1)
        #expect(throws: EvidenceError.tooLong(.enrolmentRequest, bytes: long.count, limit: 16384)) {
            try EnrolmentRequest(decoding: long)
        }
    }

    @Test func `a grant out of bounds is refused, and a bundle that is no map of records`() {
        let rows: [(UInt64, (inout EnrolmentGrant) -> Void)] = [
            (1, { $0.credential = [] }), (2, { $0.secret = [UInt8](repeating: 0, count: 257) }),
            (3, { $0.nonce.append(0) }), (4, { $0.ciphertext = [] }),
        ]
        for (key, change) in rows {
            var grant = sampleGrant()
            change(&grant)
            #expect(throws: EvidenceError.bad(.enrolmentGrant, key: key)) {
                try EnrolmentGrant(decoding: grant.encoded())
            }
        }
        let bundles: [CBOR] = [
            .array([]), .map([.unsigned(1): .bytes([])]), .map([.text("a"): .text("b")]), .map([.text(""): .bytes([])]),
            .map([.text("\u{e9}"): .bytes([]), .text("e\u{301}"): .bytes([])]),
        ]
        for bundle in bundles {
            #expect(throws: EvidenceError.bad(.enrolmentGrant, key: 4)) {
                try EnrolmentGrant.records(ofBundle: bundle.encoded())
            }
        }
    }

    @Test func `a fingerprint is read aloud as it is typed`() {
        let shown = Fingerprint.short(request: [1], authority: [2], operator: [3], sha256: sha256)
        #expect(shown.count == 34 && shown.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4, 4, 4])
        #expect(shown.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ-".contains($0) })
        // What is shown, by another program's arithmetic over the same bytes.
        let digest = sha256(Array("vitrine fingerprint 1".utf8) + sha256([1]) + sha256([2]) + sha256([3]))
        let bits = digest.prefix(18).flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let plain = stride(from: 0, to: 140, by: 5).map { start in
            alphabet[bits[start..<(start + 5)].reduce(0) { $0 * 2 + Int($1) }]
        }
        #expect(shown.replacing("-", with: "") == String(plain))
        #expect(Fingerprint.same("OIL0-1234-5678-9ABC-DEFG-HJKM-NPQR", "0110 1234 5678 9abc defghjkmnpqr"))
        #expect(!Fingerprint.same("", "") && !Fingerprint.same(shown, shown + "0"))
    }
}
