internal import Evidence
internal import TLS
internal import Testing

/// A statement as swtpm makes them.
enum Statements {
    static func quote(selections: [UInt8] = [0, 0, 0, 1, 0, 0x0B, 3, 0, 0x48, 0]) -> [UInt8] {
        head(0x8018) + selections + [0, 32] + [UInt8](repeating: 9, count: 32)
    }
    static let certify = head(0x8017) + [0, 34] + name + [0, 34] + name
    static let name: [UInt8] = [0, 0x0B] + [UInt8](repeating: 5, count: 32)

    static func head(_ type: UInt16) -> [UInt8] {
        [0xFF, 0x54, 0x43, 0x47, UInt8(type >> 8), UInt8(type & 255), 0, 34] + name + [0, 3, 1, 2, 3]
            + [0, 0, 0, 0, 0, 0, 1, 0] + [0, 0, 0, 7] + [0, 0, 0, 8] + [1] + [0, 1, 0, 2, 0, 3, 0, 4]
    }

    /// P-256, ECDSA, restricted.
    static let area: [UInt8] =
        [0, 0x23, 0, 0x0B, 0, 5, 4, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0B, 0, 3, 0, 0x10] + [0, 32]
        + [UInt8](repeating: 1, count: 32) + [0, 31] + [UInt8](repeating: 2, count: 31)
}

@Suite struct `A TPM's statement` {
    @Test func `a quote is read field by field`() throws {
        let quote = try QuoteStatement(decoding: Statements.quote())
        #expect(quote.extraData == [1, 2, 3] && quote.clock == 256 && quote.resetCount == 7 && quote.restartCount == 8)
        #expect(quote.isSafe && quote.firmwareVersion == 0x0001_0002_0003_0004)
        #expect(quote.qualifiedSigner == Statements.name)
        #expect(quote.registers == [11, 14] && quote.digest == [UInt8](repeating: 9, count: 32))
    }

    @Test func `another bank, two banks and none are not ours`() throws {
        let sha1: [UInt8] = [0, 0, 0, 1, 0, 0x04, 3, 0, 0x48, 0]
        let two: [UInt8] = [0, 0, 0, 2, 0, 0x0B, 3, 0, 0x48, 0, 0, 0x0C, 3, 0, 0x48, 0]
        #expect(try QuoteStatement(decoding: Statements.quote(selections: sha1)).registers == nil)
        #expect(try QuoteStatement(decoding: Statements.quote(selections: two)).registers == nil)
        #expect(try QuoteStatement(decoding: Statements.quote(selections: [0, 0, 0, 0])).registers == nil)
        let none: [UInt8] = [0, 0, 0, 1, 0, 0x0B, 0]
        #expect(try QuoteStatement(decoding: Statements.quote(selections: none)).registers == [])
    }

    @Test func `more banks or registers than a TPM has are refused`() {
        #expect(throws: EvidenceError.outOfBounds(.statement)) {
            try QuoteStatement(decoding: Statements.quote(selections: [0, 0, 0, 17]))
        }
        #expect(throws: EvidenceError.outOfBounds(.statement)) {
            try QuoteStatement(decoding: Statements.quote(selections: [0, 0, 0, 1, 0, 0x0B, 5, 0, 0, 0, 0, 0]))
        }
    }

    @Test func `every shorter one is refused, and every longer one`() {
        for (bytes, isQuote) in [(Statements.quote(), true), (Statements.certify, false)] {
            for count in 0..<bytes.count {
                #expect(throws: EvidenceError.truncated(.statement)) { try read(Array(bytes.prefix(count)), isQuote) }
            }
            #expect(throws: EvidenceError.trailingBytes(.statement)) { try read(bytes + [0], isQuote) }
        }
    }

    private func read(_ bytes: [UInt8], _ isQuote: Bool) throws {
        if isQuote { _ = try QuoteStatement(decoding: bytes) } else { _ = try CertifyStatement(decoding: bytes) }
    }

    @Test func `one kind is not taken for the other, nor a message for a statement`() throws {
        #expect(try CertifyStatement(decoding: Statements.certify).name == Statements.name)
        #expect(throws: EvidenceError.otherStatement(0x8017)) { try QuoteStatement(decoding: Statements.certify) }
        #expect(throws: EvidenceError.otherStatement(0x8018)) { try CertifyStatement(decoding: Statements.quote()) }
        #expect(throws: EvidenceError.notMadeByTPM) {
            try QuoteStatement(decoding: [0] + Statements.quote().dropFirst())
        }
    }
}

@Suite struct `A public area` {
    @Test func `a key is read field by field, and named by its bytes`() throws {
        let area = try PublicArea(decoding: Statements.area)
        #expect(area.attributes.isSuperset(of: [.restricted, .sign, .fixedTPM, .fixedParent, .sensitiveDataOrigin]))
        #expect(area.attributes.isDisjoint(with: [.decrypt]) && area.symmetric == nil)
        #expect(area.scheme?.algorithm == 0x18 && area.scheme?.hash == 0x0B && area.policy.isEmpty)
        #expect(area.point.curve == .p256 && area.point.y.count == 32 && area.point.y.first == 0)
        #expect(area.name(sha256: sha256) == [0, 0x0B] + sha256(Statements.area))
        #expect(area.point.uncompressed.count == 65)
    }

    @Test func `a storage key has a cipher, and another hash gives no name here`() throws {
        var bytes = Statements.area
        bytes.replaceSubrange(10..<16, with: [0, 6, 1, 0, 0, 0x43, 0, 0x10])
        bytes[3] = 0x0C
        let area = try PublicArea(decoding: bytes)
        #expect(area.symmetric?.bits == 256 && area.scheme == nil && area.name(sha256: sha256) == nil)
    }

    @Test func `what is not in use is refused by its number`() {
        let rows: [(Int, UInt8, EvidenceError)] = [
            (1, 0x01, .otherAlgorithm(1)), (1, 0x08, .otherAlgorithm(8)), (11, 0x25, .otherAlgorithm(0x25)),
            (13, 0x1A, .otherAlgorithm(0x1A)), (17, 5, .otherAlgorithm(5)), (19, 0x20, .otherAlgorithm(0x20)),
            (8, 0xFF, .outOfBounds(.publicArea)), (20, 1, .outOfBounds(.publicArea)),
            (21, 33, .outOfBounds(.publicArea)),
        ]
        for (index, value, error) in rows {
            var bytes = Statements.area
            bytes[index] = value
            #expect(throws: error) { try PublicArea(decoding: bytes) }
        }
    }

    @Test func `every shorter one is refused, and every longer one`() {
        for count in 0..<Statements.area.count {
            #expect(throws: EvidenceError.truncated(.publicArea)) {
                try PublicArea(decoding: Array(Statements.area.prefix(count)))
            }
        }
        #expect(throws: EvidenceError.trailingBytes(.publicArea)) { try PublicArea(decoding: Statements.area + [0]) }
        #expect(throws: EvidenceError.tooLong(.publicArea, bytes: 513, limit: 512)) {
            try PublicArea(decoding: [UInt8](repeating: 0, count: 513))
        }
    }
}

@Suite struct `A policy's digest` {
    /// From tpm2_policypcr, tpm2_policynv and tpm2_policyauthorize against a real TPM these are checked in TPMTests; here
    /// the arithmetic is held to the specification's layout.
    @Test func `it is laid out as the specification says`() {
        let values = [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)]
        let selection: [UInt8] = [0, 0, 0, 1, 0, 0x0B, 3, 0, 0x48, 0]
        #expect(
            PolicyDigest.pcr(PolicyDigest.none, registers: [11, 14], values: values, sha256: sha256)
                == sha256(PolicyDigest.none + [0, 0, 1, 0x7F] + selection + sha256(values[0] + values[1])))
        let comparison = sha256([0, 0, 0, 0, 0, 0, 0, 5] + [0, 0, 0, 9])
        #expect(
            PolicyDigest.nv(
                PolicyDigest.none, operand: PolicyDigest.operand(5), offset: 0, operation: 9, name: [7], sha256: sha256)
                == sha256(PolicyDigest.none + [0, 0, 1, 0x49] + comparison + [7]))
        #expect(
            PolicyDigest.authorize(keyName: [7], reference: [8], sha256: sha256)
                == sha256(sha256(PolicyDigest.none + [0, 0, 1, 0x6A, 7]) + [8]))
    }

    @Test func `the counter is named by its public area, written`() {
        let area: [UInt8] = [0x01, 0x80, 0x00, 0x20, 0, 0x0B, 0x22, 0x06, 0x00, 0x14, 0, 0, 0, 8]
        #expect(PolicyDigest.counterName(sha256: sha256) == [0, 0x0B] + sha256(area))
    }
}
