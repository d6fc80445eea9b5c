internal import CTss2

// Between the library's structures and bytes.

/// `size` bytes, big-endian. Some TPMs leave leading zeros out.
func coordinate(_ value: UnsafePointer<TPM2B_ECC_PARAMETER>?, _ size: Int) -> [UInt8] {
    guard let value = unsafe value else { return [] }
    var count = 0
    guard let base = unsafe CTss2_coordinate(value, &count), count <= size else { return [] }
    return unsafe [UInt8](repeating: 0, count: size - count) + UnsafeBufferPointer(start: base, count: count)
}

func signature(_ value: UnsafePointer<TPMT_SIGNATURE>) -> ECDSASignature {
    unsafe ECDSASignature(r: coordinate(CTss2_r(value), 32), s: coordinate(CTss2_s(value), 32))
}

/// The content of a TPM2B_PUBLIC: a marshalled TPMT_PUBLIC.
func marshalled(_ area: UnsafePointer<TPM2B_PUBLIC>) throws(TPMError) -> [UInt8] {
    var content = unsafe area.pointee.publicArea
    let capacity = MemoryLayout<TPMT_PUBLIC>.size
    var bytes = [UInt8](repeating: 0, count: capacity)
    var count = 0
    let code = unsafe Tss2_MU_TPMT_PUBLIC_Marshal(&content, &bytes, capacity, &count)
    guard code == TSS2_RC_SUCCESS else {
        throw .transport(call: "ReadPublic", code: code, reason: decoded(code))
    }
    return Array(bytes.prefix(count))
}

func digestBuffer(_ bytes: [UInt8], call: String) throws(TPMError) -> TPM2B_DIGEST {
    var buffer = TPM2B_DIGEST()
    guard unsafe CTss2_setDigest(&buffer, bytes, bytes.count) else { throw .badLength(call: call, count: bytes.count) }
    return buffer
}

func dataBuffer(_ bytes: [UInt8], call: String) throws(TPMError) -> TPM2B_DATA {
    var buffer = TPM2B_DATA()
    guard unsafe CTss2_setData(&buffer, bytes, bytes.count) else { throw .badLength(call: call, count: bytes.count) }
    return buffer
}

func bytes(_ digest: UnsafePointer<TPM2B_DIGEST>) -> [UInt8] {
    var count = 0
    let base = unsafe CTss2_digestBytes(digest, &count)
    return unsafe Array(UnsafeBufferPointer(start: base, count: count))
}
