/// Where an OCI image is, in the words of skopeo: `oci:FOLDER[:TAG]`, `oci-archive:FILE[:TAG]`,
/// `docker://HOST[:PORT]/NAME[:TAG]` or `docker://HOST[:PORT]/NAME@sha256:…`.
public struct ImageReference: Equatable, Sendable, CustomStringConvertible {
    public enum Place: Equatable, Sendable {
        case layout(folder: String)
        case archive(file: String)
        /// `address` is HOST[:PORT].
        case registry(address: String, name: String)
    }

    public let place: Place
    /// What image of those that are there; nil where there is one only (`latest` of a registry).
    public let tag: String?
    /// SHA-256 of the image's manifest, lower-case hex, where it is named by that.
    public let digest: String?

    static let nameBytes = 255
    static let tagBytes = 128

    init(place: Place, tag: String?, digest: String? = nil) {
        self.place = place
        self.tag = tag
        self.digest = digest
    }

    /// Nil for what does not begin like an image: a folder's path then.
    public init?(_ text: String) throws(CatalogueError) {
        if text.hasPrefix("oci:") {
            let (path, tag) = try Self.local(text, after: "oci:")
            self.init(place: .layout(folder: path), tag: tag)
        } else if text.hasPrefix("oci-archive:") {
            let (path, tag) = try Self.local(text, after: "oci-archive:")
            self.init(place: .archive(file: path), tag: tag)
        } else if text.hasPrefix("docker://") {
            self = try Self.remote(text)
        } else {
            return nil
        }
    }

    /// As skopeo takes it.
    public var description: String {
        let ending = digest.map { "@sha256:\($0)" } ?? tag.map { ":\($0)" } ?? ""
        return switch place {
        case .layout(let folder): "oci:\(folder)\(ending)"
        case .archive(let file): "oci-archive:\(file)\(ending)"
        case .registry(let address, let name): "docker://\(address)/\(name)\(ending)"
        }
    }

    /// The image with this manifest and no other, where skopeo can ask so; else the same again, to be checked afterwards.
    func exactly(_ digest: String) -> ImageReference {
        guard case .registry = place else { return self }
        return ImageReference(place: place, tag: nil, digest: digest)
    }

    /// The sibling that holds the signature of the image with this manifest.
    func signature(of digest: String) -> ImageReference {
        ImageReference(place: place, tag: "sha256-\(digest).vitrine")
    }

    /// Whether skopeo may do without TLS: a registry on this machine, as in tests.
    public var isLoopback: Bool {
        guard case .registry(let address, _) = place else { return false }
        return Self.isLoopback(address)
    }

    static func isLoopback(_ address: String) -> Bool {
        let host = address.hasPrefix("[") ? address.prefix { $0 != "]" } + "]" : address.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(String(host))
    }

    // MARK: Reading

    private static func local(_ text: String, after prefix: String) throws(CatalogueError) -> (String, String?) {
        let rest = text.dropFirst(prefix.count)
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        // skopeo ends a path at its first colon, too.
        guard let path = parts.first, !path.isEmpty, rest.utf8.count <= 4096, String(rest).isPrintable else {
            throw .image(text, problem: "expected \(prefix)PATH or \(prefix)PATH:TAG")
        }
        guard parts.count == 2 else { return (String(path), nil) }
        guard isTag(parts[1]) else { throw .image(text, problem: "its tag is none") }
        return (String(path), String(parts[1]))
    }

    private static func remote(_ text: String) throws(CatalogueError) -> ImageReference {
        let problem = CatalogueError.image(
            text, problem: "expected docker://HOST/NAME:TAG or docker://HOST/NAME@sha256:…")
        let rest = text.dropFirst("docker://".count)
        guard text.isPrintable, let slash = rest.firstIndex(of: "/") else { throw problem }
        let address = String(rest[..<slash])
        var name = rest[rest.index(after: slash)...]
        var tag: String?
        var digest: String?
        if let at = name.firstRange(of: "@sha256:") {
            digest = String(name[at.upperBound...])
            guard digest.map(isDigest) == true else { throw problem }
            name = name[..<at.lowerBound]
        } else if let colon = name.firstIndex(of: ":") {
            guard isTag(name[name.index(after: colon)...]) else { throw problem }
            tag = String(name[name.index(after: colon)...])
            name = name[..<colon]
        }
        guard isAddress(address), isName(name) else { throw problem }
        return ImageReference(place: .registry(address: address, name: String(name)), tag: tag, digest: digest)
    }

    static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= nameBytes
            && text.utf8.allSatisfy { $0.isLetterOrDigit || ".-:[]".utf8.contains($0) }
    }

    /// Lower-case parts between slashes (OCI distribution specification 1.1, "pulling manifests").
    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= nameBytes
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                part.utf8.first?.isLowerOrDigit == true
                    && part.utf8.allSatisfy { $0.isLowerOrDigit || "._-".utf8.contains($0) }
            }
    }

    static func isTag(_ text: some StringProtocol) -> Bool {
        (1...tagBytes).contains(text.utf8.count) && text.utf8.first != 0x2D && text.utf8.first != 0x2E
            && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
    }

    static func isDigest(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
