internal import Crypto
internal import FoundationEssentials
internal import LinuxBase

/// An image's manifest (OCI image specification 1.1): what it consists of, each part by its digest and size.
struct ImageManifest: Equatable {
    struct Part: Equatable {
        /// SHA-256, lower-case hex.
        let digest: String
        let size: Int
    }

    enum Compression { case none, gzip }

    /// Longest manifest that registries must take (OCI distribution specification 1.1).
    static let bytes = 4 << 20
    static let layers = 128
    static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    static let configType = "application/vnd.oci.image.config.v1+json"
    private static let layerTypes: [String: Compression] = [
        "application/vnd.oci.image.layer.v1.tar": .none, "application/vnd.oci.image.layer.v1.tar+gzip": .gzip,
    ]

    /// SHA-256 of the manifest's bytes, lower-case hex: the image's name.
    let digest: String
    let size: Int
    let config: Part
    let layers: [(part: Part, compression: Compression)]
    let annotations: [String: String]

    /// Bytes of everything that is to be fetched.
    var total: Int { layers.reduce(config.size + size) { $0 + $1.part.size } }

    static func == (a: ImageManifest, b: ImageManifest) -> Bool { a.digest == b.digest }

    static func digest(of bytes: [UInt8]) -> String { [UInt8](SHA256.hash(data: bytes)).hexadecimal }

    /// `limit` is the most that all parts may have together.
    init(_ bytes: [UInt8], limit: Int) throws(CatalogueError) {
        let form: Form
        do { form = try JSONDecoder().decode(Form.self, from: Data(bytes)) } catch {
            // The decoder's words may quote what it read.
            throw .badImage("its manifest is not the JSON of an image's manifest")
        }
        guard form.schemaVersion == 2 else { throw .badImage("its manifest is of another version than 2") }
        guard form.manifests == nil else {
            throw .badImage("it is an index of several images: name the one for this machine, by its digest")
        }
        guard form.mediaType == nil || form.mediaType == Self.mediaType else {
            throw .badImage("it is no OCI image: `skopeo copy --format oci` makes one of it")
        }
        guard let config = form.config, let layers = form.layers else {
            throw .badImage("its manifest names no config or no layers")
        }
        guard config.mediaType == Self.configType else { throw .badImage("its config is not that of an image") }
        guard layers.count <= Self.layers else { throw .badImage("it has more than \(Self.layers) layers") }
        digest = Self.digest(of: bytes)
        size = bytes.count
        annotations = form.annotations ?? [:]
        self.config = try config.part(limit: limit)
        var total = config.size + bytes.count
        var parts: [(Part, Compression)] = []
        for layer in layers {
            guard let compression = Self.layerTypes[layer.mediaType] else {
                throw .badImage("a layer is neither a tar archive nor a gzipped one")
            }
            let part = try layer.part(limit: limit)
            total += part.size
            guard total <= limit else { throw .tooLarge(what: "bytes", limit: limit) }
            parts.append((part, compression))
        }
        self.layers = parts
    }

    // MARK: JSON

    private struct Form: Decodable {
        var schemaVersion: Int
        var mediaType: String?
        var config: Descriptor?
        var layers: [Descriptor]?
        var manifests: [Descriptor]?
        var annotations: [String: String]?
    }

    private struct Descriptor: Decodable {
        var mediaType: String
        var digest: String
        var size: Int
        /// Elsewhere: "foreign layers". Nobody fetches from there.
        var urls: [String]?

        func part(limit: Int) throws(CatalogueError) -> Part {
            guard digest.hasPrefix("sha256:"), ImageReference.isDigest(digest.dropFirst(7)) else {
                throw .badImage("a part is named by something else than its SHA-256")
            }
            guard urls?.isEmpty != false else { throw .badImage("a part is to be fetched from elsewhere") }
            guard size >= 0 else { throw .badImage("a part has less than no bytes") }
            guard size <= limit else { throw .tooLarge(what: "bytes", limit: limit) }
            return Part(digest: String(digest.dropFirst(7)), size: size)
        }
    }
}
