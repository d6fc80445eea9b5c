internal import LinuxBase
internal import Measurements

/// What an import may take.
public struct ImageLimits: Equatable, Sendable {
    /// Of the image's parts together, and of what they unpack to.
    public var bytes = 2 << 30
    public var files = 200_000
    /// For everything: fetching, checking, unpacking.
    public var seconds = 600
    /// Bytes that the disk keeps free.
    public var reserve = 256 << 20
    public init() {}
}

/// From a reference to a folder with the image's files: manifest → signature → parts → check → unpack, each step only when
/// the one before it has passed. Works in a folder of its own, which the caller removes.
struct ImageImport {
    let reference: ImageReference
    let limits: ImageLimits
    /// A registry on this machine may do without TLS.
    let plainHTTP: Bool
    /// File with the registries' passwords, as `skopeo login` writes it.
    let passwords: String?
    private let folder: String
    private let deadline: MonotonicTime

    private var layout: String { folder + "/layout" }
    /// Where `unpack` puts the files.
    var root: String { folder + "/root" }

    /// `folder` exists, and nobody else uses it.
    init(
        _ reference: ImageReference, in folder: String, limits: ImageLimits, plainHTTP: Bool = false,
        passwords: String? = nil
    ) throws(CatalogueError) {
        guard !plainHTTP || reference.isLoopback else {
            throw .image("\(reference)", problem: "without TLS only a registry on this machine")
        }
        self.reference = reference
        self.folder = folder
        self.limits = limits
        self.plainHTTP = plainHTTP
        self.passwords = passwords
        deadline = Clock.now() + .seconds(limits.seconds)
    }

    private func tool(limit: Int?) -> Tool {
        Tool(folder: folder, deadline: deadline, seconds: limits.seconds, limit: limit)
    }

    // The tool's own policy (who may sign with PGP) is not ours: what counts is the signature over the manifest's digest.
    private var skopeo: [String] { ["--insecure-policy", "--override-os", "linux"] }

    private var access: [String] {
        (plainHTTP ? ["--tls-verify=false"] : []) + (passwords.map { ["--authfile", $0] } ?? [])
    }

    private var sourceAccess: [String] {
        (plainHTTP ? ["--src-tls-verify=false"] : []) + (passwords.map { ["--src-authfile", $0] } ?? [])
    }

    // MARK: Steps

    /// The manifest, as the place has it now.
    func manifest() throws(CatalogueError) -> (manifest: ImageManifest, bytes: [UInt8]) {
        let bytes = try raw(reference)
        let manifest = try ImageManifest(bytes, limit: limits.bytes)
        guard reference.digest == nil || reference.digest == manifest.digest else {
            throw .badImage("its manifest is \(manifest.digest.prefix(12))…, asked for was another")
        }
        return (manifest, bytes)
    }

    /// The signature that lies beside the image. Nil when there is none.
    func signature(of digest: String) throws(CatalogueError) -> [UInt8]? {
        let bytes: [UInt8]
        do { bytes = try raw(reference.signature(of: digest)) } catch {
            // "manifest unknown", "no descriptor found", "404": every place says it in its own way. What else it may be
            // (a line that is cut) ends as "not signed", too: nothing is let in by it.
            guard case .tool = error else { throw error }
            return nil
        }
        return SignatureImage.signature(in: bytes)
    }

    private func raw(_ reference: ImageReference) throws(CatalogueError) -> [UInt8] {
        try tool(limit: ImageManifest.bytes + (1 << 20)).run(
            Tool.skopeo, skopeo + ["inspect", "--raw"] + access + ["\(reference)"], output: ImageManifest.bytes)
    }

    /// Fetches all parts and holds them to their digests. A place that lies about them has wasted its time.
    func fetch(_ manifest: ImageManifest, bytes: [UInt8]) throws(CatalogueError) {
        try checkRoom(manifest.total)
        let source = reference.exactly(manifest.digest)
        try tool(limit: manifest.total + (4 << 20)).run(
            Tool.skopeo,
            skopeo + ["copy", "--quiet", "--preserve-digests"] + sourceAccess + ["\(source)", "oci:\(layout):image"])
        let blobs = layout + "/blobs/sha256/"
        try LayerCheck.check(blobs + manifest.digest, is: .init(digest: manifest.digest, size: bytes.count))
        try LayerCheck.check(blobs + manifest.config.digest, is: manifest.config)
        for layer in manifest.layers { try LayerCheck.check(blobs + layer.part.digest, is: layer.part) }
    }

    /// Unpacks all layers to `root`. The unpacker sees this import's folder and no network.
    func unpack(_ manifest: ImageManifest) throws(CatalogueError) {
        var check = LayerCheck(limits: limits, deadline: deadline, seconds: limits.seconds)
        for layer in manifest.layers {
            try check.read(layout + "/blobs/sha256/" + layer.part.digest, layer.compression)
        }
        // Once unpacked, once in the catalogue.
        try checkRoom(2 * check.bytes)
        do throws(SystemCallError) {
            // The layout's own list is the tool's making: with this one there is one image, and it is the one checked.
            let type = ImageManifest.mediaType
            let index = """
                {"schemaVersion":2,"manifests":[{"mediaType":"\(type)","digest":"sha256:\(manifest.digest)",\
                "size":\(manifest.size),"annotations":{"org.opencontainers.image.ref.name":"image"}}]}
                """
            try Files.replace(layout + "/index.json", with: Array(index.utf8))
        } catch { throw .system(error) }
        let cage = [
            "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv", "--setenv",
            "PATH",
            "/usr/bin:/bin", "--setenv", "HOME", "/tmp", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
            "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev",
            "--tmpfs", "/tmp", "--bind", folder, "/image", "--chdir", "/image", "--",
        ]
        try tool(limit: nil).run(
            Tool.bubblewrap,
            cage + [
                Tool.limiter, "--fsize=\(limits.bytes)", "--", Tool.umoci, "raw", "unpack", "--rootless", "--image",
                "/image/layout:image", "/image/root",
            ])
    }

    /// Copies an image from here to its place.
    func push(_ source: String, to target: ImageReference) throws(CatalogueError) {
        let access = (plainHTTP ? ["--dest-tls-verify=false"] : []) + (passwords.map { ["--dest-authfile", $0] } ?? [])
        try tool(limit: nil).run(
            Tool.skopeo, skopeo + ["copy", "--quiet", "--preserve-digests"] + access + [source, "\(target)"])
    }

    private func checkRoom(_ bytes: Int) throws(CatalogueError) {
        let free: Int
        do throws(SystemCallError) { free = try Files.freeBytes(folder) } catch { throw .system(error) }
        guard bytes <= free - limits.reserve else { throw .noRoom(needed: bytes, free: max(0, free - limits.reserve)) }
    }
}
