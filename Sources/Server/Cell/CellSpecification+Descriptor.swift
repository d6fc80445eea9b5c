public import LinuxBase

extension CellSpecification {
    /// Sends the specification: its length in four bytes, then itself.
    func send(on socket: borrowing Descriptor) throws(SystemCallError) {
        let bytes = encoded()
        let count = UInt32(bytes.count)
        try socket.writeAll((0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + bytes)
    }

    /// What `send` sent. Waits for it; the length is checked before anything is kept.
    public static func receive(from socket: borrowing Descriptor) throws(CellError) -> CellSpecification {
        let length = try read(4, from: socket).reduce(0) { $0 << 8 | Int($1) }
        guard length <= encodedBytes else { throw .specification("length") }
        return try CellSpecification(decoding: read(length, from: socket))
    }

    private static func read(_ count: Int, from socket: borrowing Descriptor) throws(CellError) -> [UInt8] {
        var result: [UInt8] = []
        do throws(SystemCallError) {
            while result.count < count {
                var rest = [UInt8](repeating: 0, count: count - result.count)
                guard case .bytes(let n) = try socket.read(into: &rest) else { throw SystemCallError("read", 32) }
                result += rest[..<n]
            }
        } catch { throw .system(error) }
        return result
    }
}
