internal import Glibc

extension Descriptor {
    /// Reads into a part of a picture: `rows` rows of `rowBytes` bytes, `stride` bytes apart, the first at `base`,
    /// beginning with byte `offset` of what they hold together. One readv(2): it may bring less.
    /// All rows must be valid for the length of the call, and `offset` must be inside them.
    @unsafe public borrowing func readRows(
        into base: UnsafeMutableRawPointer, rowBytes: Int, stride: Int, rows: Int, offset: Int
    ) throws(SystemCallError) -> Transfer {
        precondition(rowBytes > 0 && rowBytes <= stride && offset >= 0 && offset < rowBytes * rows)
        let first = offset / rowBytes
        let inside = offset % rowBytes
        // Rows without a gap are one piece; 256 pieces stay below IOV_MAX.
        let whole = rowBytes == stride
        let pieces = whole ? 1 : min(rows - first, 256)
        // SAFETY: row `first + i` starts at `(first + i) * stride` and is `rowBytes` long, inside the given rows.
        let vectors = unsafe (0..<pieces).map { index in
            let start = unsafe base + (first + index) * stride + (index == 0 ? inside : 0)
            let length = whole ? rowBytes * rows - offset : rowBytes - (index == 0 ? inside : 0)
            return unsafe iovec(iov_base: start, iov_len: length)
        }
        while true {
            let n = unsafe readv(raw, vectors, Int32(pieces))
            if n > 0 { return .bytes(n) }
            if n == 0 { return .closed }
            let code = errno
            if code == EINTR { continue }
            if code == EAGAIN { return .wouldBlock }
            if code == ECONNRESET { return .closed }
            throw SystemCallError("readv", code)
        }
    }
}
