public import Secrets

/// Sealing under signed policies, and the counters.
extension TPMDevice {
    /// Seals 1 to 128 bytes so that this TPM opens them under any policy that `authority` signs with `reference` (at
    /// most 32 bytes), and under nothing else. The result may be stored anywhere.
    public func seal(
        _ secret: borrowing SecretBytes, authority: P256PublicPoint, reference: [UInt8]
    ) throws(TPMError) -> [UInt8] {
        guard (1...Self.secretLimit).contains(secret.count) else {
            throw .badLength(call: "Create", count: secret.count)
        }
        return try unsafe secret.withBytes { (bytes) throws(TPMError) in
            let bytes = unsafe bytes
            return try owner.perform { (connection) throws(TPMError) in
                try unsafe connection.seal(bytes, authority: authority, reference: reference)
            }
        }
    }

    /// Opens what `seal` returned.
    public func unseal(_ blob: [UInt8], under policy: ReleasePolicy) throws(TPMError) -> SecretBytes {
        let parts = try SealedBlob(blob)
        let mask = try Self.mask(policy.registers)
        return try owner.perform { (connection) throws(TPMError) -> SecretBytes in
            try connection.unseal(parts, under: policy, registers: mask)
        }
    }

    /// The generation counter.
    public func generation() throws(TPMError) -> UInt64 {
        try owner.perform { (connection) throws(TPMError) in try connection.read(Self.generationIndex) }
    }

    /// Raises the generation counter to `value` (with the terminal's offset); it never goes back. Policies of lower
    /// generations open nothing any more. Nothing happens when it stands there already, or higher.
    public func retire(upTo value: UInt64) throws(TPMError) {
        try owner.perform { (connection) throws(TPMError) in
            try connection.raise(Self.generationIndex, to: value, limit: Self.retirementLimit)
        }
    }

    /// The store counter.
    public func storeCounter() throws(TPMError) -> UInt64 {
        try owner.perform { (connection) throws(TPMError) in try connection.read(Self.storeIndex) }
    }

    /// Adds one to the store counter, for ever, and returns it.
    public func advanceStoreCounter() throws(TPMError) -> UInt64 {
        try owner.perform { (connection) throws(TPMError) in try connection.advance(Self.storeIndex) }
    }

    /// Steps of one `retire`. Each wears the TPM's memory; generations are counted by hand, so more is a slip of that
    /// hand.
    static let retirementLimit: UInt64 = 1024
}
