/// Reads the heads of a tar archive (POSIX.1-2017 pax, with GNU's long names) as its bytes come by, and refuses what no
/// application needs and some unpacker somewhere gets wrong. Keeps no content. Pure: bytes in, entries out.
package struct TarReader {
    package enum Problem: Error, Equatable {
        /// The archive itself is not one.
        case malformed(String)
        /// `path` is printable.
        case entry(path: String, problem: String)
    }

    package enum Kind: Equatable { case file, folder, symbolicLink, hardLink }

    package struct Entry: Equatable {
        package var path: String
        package var kind: Kind
        package var size: Int
    }

    static let block = 512
    /// Longest extension (names, attributes) of one entry.
    static let extensionBytes = 64 << 10
    static let pathBytes = 4096

    private enum State: Equatable {
        case head
        /// Content, and the filling of its last block.
        case content(left: Int, filling: Int)
        case extensionOf(Extension, left: Int, filling: Int)
        /// After the first block of zeros.
        case half
        case end
    }

    private enum Extension { case pax, longName, longLink }

    private var state = State.head
    private var gathered: [UInt8] = []
    private var pax: [String: String] = [:]
    private var longName: String?
    private var longLink: String?
    package private(set) var entries = 0

    package init() {}

    /// Takes the next bytes; `seen` learns of each entry.
    package mutating func take(
        _ bytes: ArraySlice<UInt8>, _ seen: (Entry) throws(Problem) -> Void = { _ in }
    ) throws(Problem) {
        var rest = bytes
        while !rest.isEmpty {
            switch state {
            case .content(let left, let filling):
                let count = min(left + filling, rest.count)
                rest = rest.dropFirst(count)
                let after = left + filling - count
                state = after == 0 ? .head : .content(left: max(0, left - count), filling: min(filling, after))
            case .extensionOf(let kind, let left, let filling):
                gathered += rest.prefix(left)
                let count = min(left, rest.count)
                rest = rest.dropFirst(count)
                guard left == count else {
                    state = .extensionOf(kind, left: left - count, filling: filling)
                    continue
                }
                try take(kind, gathered)
                gathered = []
                state = filling == 0 ? .head : .content(left: 0, filling: filling)
            case .head, .half, .end:
                let count = min(Self.block - gathered.count, rest.count)
                gathered += rest.prefix(count)
                rest = rest.dropFirst(count)
                guard gathered.count == Self.block else { continue }
                let head = gathered
                gathered = []
                try takeBlock(head, seen)
            }
        }
    }

    /// All bytes have been given. Some writers (umoci's `insert` among them) leave out the blocks of zeros at the end, and
    /// even the last filling; whoever wants to know that nothing is missing has a digest.
    package func finish() throws(Problem) {
        switch state {
        case .head, .half, .end, .content(left: 0, filling: _): break
        default: throw .malformed("it stops half-way")
        }
        guard gathered.isEmpty else { throw .malformed("it stops half-way") }
        guard pax.isEmpty, longName == nil, longLink == nil else { throw .malformed("it ends with half an entry") }
    }

    private mutating func takeBlock(_ block: [UInt8], _ seen: (Entry) throws(Problem) -> Void) throws(Problem) {
        if block.allSatisfy({ $0 == 0 }) {
            state = state == .head ? .half : .end
            return
        }
        guard state == .head else { throw .malformed("something follows its end") }
        try take(TarHead(block), seen)
    }

    private mutating func take(_ head: TarHead, _ seen: (Entry) throws(Problem) -> Void) throws(Problem) {
        let filling = (Self.block - head.size % Self.block) % Self.block
        if let kind = Self.extensions[head.type] {
            guard head.size <= Self.extensionBytes else { throw .malformed("a name in it is too long") }
            state = .extensionOf(kind, left: head.size, filling: filling)
            if head.size == 0 { state = .head }
            return
        }
        let entry = try self.entry(head)
        pax = [:]
        longName = nil
        longLink = nil
        entries += 1
        try seen(entry)
        let rest = (Self.block - entry.size % Self.block) % Self.block
        state = entry.size == 0 ? .head : .content(left: entry.size, filling: rest)
    }

    private static let extensions: [UInt8: Extension] = [0x78: .pax, 0x4C: .longName, 0x4B: .longLink]

    private mutating func take(_ kind: Extension, _ bytes: [UInt8]) throws(Problem) {
        switch kind {
        case .pax: try takePax(bytes)
        case .longName: longName = try TarHead.text(bytes[...])
        case .longLink: longLink = try TarHead.text(bytes[...])
        }
    }

    /// Records `LENGTH KEY=VALUE\n`, the length with itself.
    private mutating func takePax(_ bytes: [UInt8]) throws(Problem) {
        let problem = Problem.malformed("an extended header is unreadable")
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20), space - rest.startIndex <= 6,
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw problem }
            let record = rest.prefix(length).dropFirst(space - rest.startIndex + 1)
            guard record.last == 0x0A, let equals = record.firstIndex(of: 0x3D) else { throw problem }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            // Sparse files: holes that unpack to any size.
            guard !key.hasPrefix("GNU.sparse") else { throw .malformed("it has sparse files") }
            let value = record[(equals + 1)...].dropLast()
            if ["path", "linkpath", "size"].contains(key) {
                guard pax[key] == nil, !value.contains(0) else { throw problem }
                pax[key] = try TarHead.text(value)
            }
            rest = rest.dropFirst(length)
        }
    }

    /// What an entry is, by its own head and the extensions before it.
    private func entry(_ head: TarHead) throws(Problem) -> Entry {
        let path = if let long = pax["path"] ?? longName { long } else { try head.path }
        guard path.isPrintable, !path.isEmpty, path.utf8.count <= Self.pathBytes else {
            throw .malformed("a name in it is empty, too long or not printable")
        }
        // Some writers name the root itself, and then as "/".
        if path != "/" || head.type != 0x35 { try Self.check(path, of: path) }
        var size = head.size
        if let text = pax["size"] {
            guard let number = Int(text), number >= 0, number < 1 << 50,
                text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { throw .entry(path: path, problem: "its size is unreadable") }
            size = number
        }
        let kind = try Self.kind(head.type, path)
        guard kind == .file || size == 0 else { throw .entry(path: path, problem: "no file, and has content") }
        if kind == .hardLink {
            let target = if let long = pax["linkpath"] ?? longLink { long } else { try head.link }
            try Self.check(target, of: path)
        }
        return Entry(path: path, kind: kind, size: size)
    }

    private static func kind(_ type: UInt8, _ path: String) throws(Problem) -> Kind {
        switch type {
        case 0x30, 0x37, 0: return path.hasSuffix("/") ? .folder : .file
        case 0x31: return .hardLink
        case 0x32: return .symbolicLink
        case 0x35: return .folder
        case 0x33, 0x34: throw .entry(path: path, problem: "a device cannot be part of an application")
        case 0x36: throw .entry(path: path, problem: "a FIFO cannot be part of an application")
        default: throw .entry(path: path, problem: "it is of a kind that applications do not need")
        }
    }

    /// Relative, without a step up; `.wh.` marks what a layer takes away (OCI image specification 1.1, "whiteouts").
    private static func check(_ name: String, of path: String) throws(Problem) {
        guard !name.hasPrefix("/"), !name.components.contains("..") else {
            throw .entry(path: path, problem: "the name leads out of the image")
        }
        let mark = ".wh."
        for part in name.components where part.hasPrefix(mark) {
            guard !["", ".", ".."].contains(part.dropFirst(mark.count)) else {
                throw .entry(path: path, problem: "the name leads out of the image")
            }
        }
    }
}
