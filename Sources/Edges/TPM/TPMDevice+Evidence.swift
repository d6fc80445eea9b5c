public import Secrets

/// What the TPM says of itself, and how its maker vouches for it.
extension TPMDevice {
    /// The attestation key's marshalled TPMT_PUBLIC.
    public func attestationArea() throws(TPMError) -> [UInt8] {
        try owner.perform { (connection) throws(TPMError) in try connection.area(of: connection.open(.attestation)) }
    }

    /// The attestation key's word that the signing key lives in the same TPM. `qualifyingData`: at most 64 bytes that
    /// come back in the statement.
    public func certifyClientKey(qualifyingData: [UInt8]) throws(TPMError) -> Statement {
        try owner.perform { (connection) throws(TPMError) in
            let key = try connection.open(.signing)
            return try connection.certify(key, by: connection.open(.attestation), qualifyingData)
        }
    }

    /// The attestation key's word about registers (0…23, SHA-256 bank), clock and resets.
    public func quote(registers: [Int], qualifyingData: [UInt8]) throws(TPMError) -> Statement {
        let mask = try Self.mask(registers)
        return try owner.perform { (connection) throws(TPMError) in
            try connection.quote(mask, by: connection.open(.attestation), qualifyingData)
        }
    }

    /// The same without waiting for it.
    public func startQuote(registers: [Int], qualifyingData: [UInt8]) throws(TPMError) -> PendingStatement {
        let mask = try Self.mask(registers)
        let pending = try PendingStatement()
        owner.begin { connection in
            do throws(TPMError) {
                let key = try connection.open(.attestation)
                pending.finish(.success(try connection.quote(mask, by: key, qualifyingData)))
            } catch {
                pending.finish(.failure(error))
            }
        }
        return pending
    }

    /// The values of registers, 32 bytes each, in the order asked for.
    public func registerValues(_ registers: [Int]) throws(TPMError) -> [[UInt8]] {
        let mask = try Self.mask(registers)
        let values = try owner.perform { (connection) throws(TPMError) in try connection.registerValues(mask) }
        return try registers.map { (register) throws(TPMError) in
            guard let value = values[register] else { throw .noRegister(register) }
            return value
        }
    }

    /// Extends a register by a SHA-256 digest (32 bytes), which only a reset of the machine undoes.
    public func extend(register: Int, digest: [UInt8]) throws(TPMError) {
        _ = try Self.mask([register])
        guard digest.count == 32 else { throw .badLength(call: "PCR_Extend", count: digest.count) }
        try owner.perform { (connection) throws(TPMError) in try connection.extend(register, digest) }
    }

    /// The endorsement key and its certificate, elliptic curves only. Makes the key from its template: for
    /// provisioning.
    public func endorsement() throws(TPMError) -> EndorsementKey {
        try owner.perform { (connection) throws(TPMError) in
            try connection.withEndorsementKey { (key, _) throws(TPMError) in key }
        }
    }

    /// Opens a credential that was made for this endorsement key and this attestation key. `credential` and `secret`
    /// are the contents of TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET.
    public func activate(credential: [UInt8], secret: [UInt8]) throws(TPMError) -> SecretBytes {
        try owner.perform { (connection) throws(TPMError) -> SecretBytes in
            try connection.activate(credential: credential, secret: secret)
        }
    }

    /// The registers as bits.
    static func mask(_ registers: [Int]) throws(TPMError) -> UInt32 {
        if let other = registers.first(where: { !(0..<registerCount).contains($0) }) { throw .noRegister(other) }
        return registers.reduce(0) { $0 | 1 << UInt32($1) }
    }
}
