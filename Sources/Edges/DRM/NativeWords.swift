/// Reads the kernel's structures out of bytes, never past their end.
struct NativeWords {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// The number at `offset` in the byte order of this machine; nil where it does not lie inside.
    func load<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type, at offset: Int) -> Word? {
        guard offset >= 0, offset <= count - MemoryLayout<Word>.size else { return nil }
        // SAFETY: the guard above.
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: Word.self) }
    }
}
