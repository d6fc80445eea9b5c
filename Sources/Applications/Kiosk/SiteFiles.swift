internal import LinuxBase

/// The files of a site, by address. Nothing outside of its folder, nothing hidden, and only what browsers have a use for.
package struct SiteFiles: Sendable {
    package enum Answer: Equatable, Sendable {
        case file(type: String, bytes: [UInt8])
        /// Not there: the page may try and go on.
        case missing
        /// Not this site's.
        case refused(String)
    }

    static let fileBytes = 8 << 20

    package let folder: String
    /// Scheme and host.
    package let origin: String

    package init(folder: String, origin: String) {
        self.folder = folder
        self.origin = origin
    }

    package func answer(to url: String) -> Answer {
        guard url.hasPrefix(origin + "/") else { return .refused("another site") }
        let path = url.dropFirst(origin.count + 1).prefix { $0 != "?" && $0 != "#" }
        guard let path = Self.decoded(path) else { return .missing }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.hasPrefix(".") || $0.isEmpty }), let type = Self.type(of: path) else {
            return .missing
        }
        // What cannot be read is not there.
        guard let bytes = try? Files.read("\(folder)/\(path)", limit: Self.fileBytes) else { return .missing }
        return .file(type: type, bytes: bytes)
    }

    /// RFC 3986 percent-encoding; nil for what is not UTF-8, or has a zero byte.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let first = rest.popFirst() {
            guard first == 0x25 else {
                bytes.append(first)
                continue
            }
            guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(byte)
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func type(of path: String) -> String? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        return types[path[path.index(after: dot)...].lowercased()]
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "mjs": "text/javascript; charset=utf-8", "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif", "gif": "image/gif",
        "ico": "image/x-icon", "woff2": "font/woff2", "wasm": "application/wasm", "txt": "text/plain; charset=utf-8",
    ]
}
