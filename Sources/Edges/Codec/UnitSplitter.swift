/// The NAL units between the start codes of an Annex B byte stream (B.1).
struct UnitSplitter {
    private let bytes: ArraySlice<UInt8>
    /// First byte after a start code, or nil at the end.
    private var start: Int?

    /// Throws unless the stream begins with a start code.
    init(_ bytes: ArraySlice<UInt8>) throws(GateError) {
        self.bytes = bytes
        var index = bytes.startIndex
        while index < bytes.endIndex, bytes[index] == 0 { index += 1 }
        // Two or three zeros and a one: more would be padding that nobody agreed to.
        let zeros = index - bytes.startIndex
        guard index < bytes.endIndex, bytes[index] == 1, zeros == 2 || zeros == 3 else { throw .malformed }
        start = index + 1
    }

    /// The next unit without its start code and trailing zeros. May be empty, which nobody accepts.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let from = start else { return nil }
        var end = bytes.endIndex
        start = nil
        var zeros = 0
        for index in from..<bytes.endIndex {
            let byte = bytes[index]
            if byte == 1 && zeros >= 2 {
                end = index
                start = index + 1
                end -= zeros
                break
            }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        if start == nil { end -= zeros }
        return bytes[from..<end]
    }
}
