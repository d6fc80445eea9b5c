internal import CTss2

/// Statements of the attestation key, and registers. Without a session: what comes back is signed or public, and an
/// altered register extension shows in the next quote.
extension Connection {
    borrowing func certify(
        _ key: ESYS_TR, by attestationKey: ESYS_TR, _ qualifyingData: [UInt8]
    ) throws(TPMError) -> Statement {
        var data = try dataBuffer(qualifyingData, call: "Certify")
        var scheme = CTss2_schemeOfKey()
        return try unsafe statement("Certify") {
            unsafe Esys_Certify(
                $0, key, attestationKey, ESYS_TR_PASSWORD, ESYS_TR_PASSWORD, none, &data, &scheme, $1, $2)
        }
    }

    borrowing func quote(
        _ mask: UInt32, by attestationKey: ESYS_TR, _ qualifyingData: [UInt8]
    ) throws(TPMError) -> Statement {
        var data = try dataBuffer(qualifyingData, call: "Quote")
        var scheme = CTss2_schemeOfKey()
        var selection = CTss2_registers(mask)
        return try unsafe statement("Quote") {
            unsafe Esys_Quote(
                $0, attestationKey, ESYS_TR_PASSWORD, none, none, &data, &scheme, &selection, $1, $2)
        }
    }

    /// The values by register number; a register that the bank lacks is left out.
    borrowing func registerValues(_ mask: UInt32) throws(TPMError) -> [Int: [UInt8]] {
        var result: [Int: [UInt8]] = [:]
        var wanted = mask
        while wanted != 0 {
            let (given, values) = try readRegisters(wanted)
            // At most eight at a time.
            let numbers = (0..<TPMDevice.registerCount).filter { given & wanted & (1 << UInt32($0)) != 0 }
            guard !numbers.isEmpty, numbers.count == values.count else { break }
            for (number, value) in zip(numbers, values) { result[number] = value }
            wanted &= ~given
        }
        return result
    }

    borrowing func extend(_ register: Int, _ digest: [UInt8]) throws(TPMError) {
        var extension_ = unsafe CTss2_extension(digest)
        try unsafe call("PCR_Extend") {
            unsafe Esys_PCR_Extend(
                $0, ESYS_TR_PCR0 + ESYS_TR(register), ESYS_TR_PASSWORD, none, none, &extension_)
        }
    }

    private borrowing func readRegisters(_ mask: UInt32) throws(TPMError) -> (given: UInt32, values: [[UInt8]]) {
        var selection = CTss2_registers(mask)
        var given: UnsafeMutablePointer<TPML_PCR_SELECTION>?
        defer { unsafe Esys_Free(given) }
        let values = try unsafe call("PCR_Read") {
            unsafe Esys_PCR_Read($0, none, none, none, &selection, nil, &given, $1)
        } _: { (list: UnsafeMutablePointer<TPML_DIGEST>) throws(TPMError) in
            unsafe (0..<list.pointee.count).compactMap { unsafe CTss2_digestAt(list, $0) }.map { unsafe bytes($0) }
        }
        guard let given = unsafe given else { return (0, []) }
        return unsafe (CTss2_registerMask(given), values)
    }

    private borrowing func statement(
        _ name: String,
        _ body: (
            OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<TPM2B_ATTEST>?>,
            UnsafeMutablePointer<UnsafeMutablePointer<TPMT_SIGNATURE>?>
        ) -> TSS2_RC
    ) throws(TPMError) -> Statement {
        var proof: UnsafeMutablePointer<TPMT_SIGNATURE>?
        defer { unsafe Esys_Free(proof) }
        let content = try unsafe call(name) {
            unsafe body($0, $1, &proof)
        } _: { (statement: UnsafeMutablePointer<TPM2B_ATTEST>) throws(TPMError) in
            var count = 0
            let base = unsafe CTss2_statementBytes(statement, &count)
            return unsafe Array(UnsafeBufferPointer(start: base, count: count))
        }
        guard let proof = unsafe proof else { throw .transport(call: name, code: 0, reason: "no signature") }
        return unsafe Statement(bytes: content, signature: signature(proof))
    }
}
