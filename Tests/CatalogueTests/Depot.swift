// CatalogueTests: images from layouts, archives and registries, with the real tools (skopeo, umoci, gzip, Debian's
// docker-registry) and with registries that lie, stop or hang. Everything is on loopback and in one temporary folder.

import Catalogue
import Crypto
import Database
import FoundationEssentials
import LinuxBase
import Rig
import Testing

/// A state folder with a catalogue, a key that it believes, and images made by hand.
struct Depot: ~Copyable {
    let folder: TemporaryFolder
    let state: String
    let directory: Directory
    let catalogue: ApplicationCatalogue
    let key = P256.Signing.PrivateKey()
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        // All that can fail comes first: the folder is moved in last.
        let folder = try TemporaryFolder()
        let state = folder.path + "/state"
        let directory = try Directory.create(in: state)
        self.state = state
        self.directory = directory
        catalogue = ApplicationCatalogue(directory: directory, state: state)
        self.folder = folder
    }

    var trust: Trust { .signed(by: SigningKeys([key.publicKey])) }
    var layout: String { folder.path + "/layout" }

    /// What the catalogue's folder holds.
    var names: [String] { (try? Files.names(in: StateFolder.applications(state))) ?? [] }

    static func manifest(_ id: String = "shop", version: String = "1.0", more: String = "") -> String {
        """
        id = "\(id)"
        title = "Shop"
        version = "\(version)"
        kind = "native"
        command = ["/app/shop"]
        \(more)

        """
    }

    /// A layer with an application that could be imported.
    static func layer(_ id: String = "shop", version: String = "1.0", more: String = "") -> Tar {
        var tar = Tar()
        tar.folder("app/")
        tar.add("app/vitrine.toml", text: manifest(id, version: version, more: more))
        tar.add("app/shop", text: "#!/bin/sh\n", mode: 0o755)
        return tar
    }

    func reference(_ tag: String = "1.0") throws -> ImageReference {
        try #require(try ImageReference("oci:\(layout):\(tag)"))
    }

    /// Signs an image with this depot's key, beside it.
    func sign(
        _ reference: ImageReference, with other: P256.Signing.PrivateKey? = nil, at date: Date? = nil,
        plain: Bool = false
    )
        throws
    {
        var options = ImageOptions()
        options.plainHTTP = plain
        let signing = try ApplicationSigning(options: options)
        let content = try signing.content(of: reference, now: date ?? now)
        try signing.attach(try envelope(content, with: other), of: content, to: reference)
    }

    func envelope(_ content: SignedContent, with other: P256.Signing.PrivateKey? = nil) throws -> [UInt8] {
        content.envelope(
            signature: [UInt8](try (other ?? key).signature(for: content.message).rawRepresentation))
    }

    @discardableResult
    func tool(_ name: String, _ arguments: [String], expecting status: Int32? = 0) throws -> String {
        try run(Programs.tool(name), arguments, in: folder.path, expecting: status).output
    }

    /// The tool as an author uses it, without a state.
    @discardableResult
    func author(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrinectl", arguments, in: folder.path, expecting: status).output
    }

    /// The operator's tool on this state.
    @discardableResult
    func control(_ arguments: [String], expecting status: Int32 = 0) throws -> String {
        try run("vitrinectl", arguments + ["--state", state], in: folder.path, expecting: status).output
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Images by hand, part by part: any of them may be wrong.
extension Depot {
    struct Parts {
        var layerType = "application/vnd.oci.image.layer.v1.tar+gzip"
        var manifestType: String? = "application/vnd.oci.image.manifest.v1+json"
        /// What the layers' files hold instead of what they should.
        var spoil: (@Sendable ([UInt8]) -> [UInt8])?
        /// The same before its digest is taken.
        var packed: (@Sendable ([UInt8]) -> [UInt8])?
    }

    /// Writes an image of these layers into the layout, and returns its manifest's digest.
    @discardableResult
    func image(_ layers: [[UInt8]], tag: String = "1.0", _ parts: Parts = Parts()) throws -> String {
        let blobs = layout + "/blobs/sha256/"
        try Files.makeFolder(blobs)
        func store(_ bytes: [UInt8], as content: [UInt8]? = nil) throws -> String {
            let digest = hexadecimal(SHA256.hash(data: bytes))
            try Files.replace(blobs + digest, with: content ?? bytes)
            return digest
        }
        var listed: [String] = []
        var plain: [String] = []
        for layer in layers {
            let path = folder.path + "/layer.tar"
            try Files.replace(path, with: layer)
            plain.append("\"sha256:\(hexadecimal(SHA256.hash(data: layer)))\"")
            if parts.layerType.hasSuffix("gzip") { try tool("gzip", ["-n", "-f", "-k", path]) }
            var bytes = try Files.read(path + (parts.layerType.hasSuffix("gzip") ? ".gz" : ""), limit: 1 << 28)
            if let packed = parts.packed { bytes = packed(bytes) }
            let digest = try store(bytes, as: parts.spoil?(bytes))
            listed.append(
                "{\"mediaType\":\"\(parts.layerType)\",\"digest\":\"sha256:\(digest)\",\"size\":\(bytes.count)}")
        }
        let config = """
            {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[\(plain.joined(separator: ","))]}}
            """
        let configDigest = try store(Array(config.utf8))
        let type = parts.manifestType.map { "\"mediaType\":\"\($0)\"," } ?? ""
        let manifest = """
            {"schemaVersion":2,\(type)"config":{"mediaType":"application/vnd.oci.image.config.v1+json",\
            "digest":"sha256:\(configDigest)","size":\(config.utf8.count)},"layers":[\(listed.joined(separator: ","))]}
            """
        let digest = try store(Array(manifest.utf8))
        try list(digest, manifest.utf8.count, tag)
        return digest
    }

    /// Adds an image to the layout's index.
    private func list(_ digest: String, _ size: Int, _ tag: String) throws {
        let entry = """
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:\(digest)","size":\(size),\
            "annotations":{"org.opencontainers.image.ref.name":"\(tag)"}}
            """
        let path = layout + "/index.json"
        var others = ""
        if Files.exists(path) {
            let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            let inner = text.dropFirst(#"{"schemaVersion":2,"manifests":["#.utf8.count).dropLast(2)
            others = inner + ","
        }
        try Files.replace(path, with: Array(#"{"schemaVersion":2,"manifests":[\#(others)\#(entry)]}"#.utf8))
        try Files.replace(layout + "/oci-layout", with: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
    }
}

extension Registry {
    borrowing func reference(_ name: String) throws -> ImageReference {
        try #require(try ImageReference("docker://\(address)/\(name)"))
    }
}
