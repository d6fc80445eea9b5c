internal import LinuxBase
internal import TOMLKit

/// A registry that is mirrored: which of its images are which applications here, and by whose keys they are believed.
public struct MirroredRegistry: Equatable, Sendable {
    /// HOST[:PORT].
    public var address: String
    /// Images by the identifier of the application that each must be.
    public var applications: [(id: String, image: ImageReference)]
    /// Files of public keys (PEM); none: the operator's own.
    public var keys: [String]
    /// False only for a registry on this machine.
    public var tls: Bool
    public var passwords: String?
    public var limits: ImageLimits

    public static func == (a: Self, b: Self) -> Bool {
        a.address == b.address && a.applications.map(\.id) == b.applications.map(\.id)
            && a.applications.map(\.image) == b.applications.map(\.image) && a.keys == b.keys && a.tls == b.tls
            && a.passwords == b.passwords && a.limits == b.limits
    }
}

/// The operator's list of registries, `registries.toml` in the state folder.
public struct RegistryList: Equatable, Sendable {
    public static let fileName = "registries.toml"
    static let bytes = 1 << 20
    static let registries = 64
    static let applications = 256

    public var registries: [MirroredRegistry]

    /// Relative paths of keys and passwords are beside `path`.
    public init(file path: String) throws(CatalogueError) {
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: Self.bytes) } catch {
            throw .registries(key: "-", problem: "\(path) cannot be read")
        }
        try self.init(toml: String(decoding: bytes, as: UTF8.self), folder: Files.parent(of: path))
    }

    public init(toml text: String, folder: String) throws(CatalogueError) {
        let parsed: TOMLTable
        do { parsed = try TOMLTable(string: text) } catch let error as TOMLParseError {
            throw .registries(key: "-", problem: "line \(error.source.begin.line): \(error.description)")
        } catch {
            throw .registries(key: "-", problem: "\(error)")
        }
        do throws(CatalogueError) {
            let top = ManifestTable(parsed, path: "")
            try top.allow(["registry"])
            var registries: [MirroredRegistry] = []
            for table in try top.tables("registry", count: 0...Self.registries) {
                registries.append(try MirroredRegistry(table, folder: folder))
            }
            self.registries = registries
        } catch {
            guard case .manifest(let key, let problem) = error else { throw error }
            throw .registries(key: key, problem: problem)
        }
    }
}

extension MirroredRegistry {
    init(_ table: ManifestTable, folder: String) throws(CatalogueError) {
        try table.allow([
            "address", "applications", "keys", "tls", "passwords", "deadline_seconds", "limit_mb",
        ])
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
        let address = try table.text(
            "address", bytes: ImageReference.nameBytes, expected: "HOST or HOST:PORT", ImageReference.isAddress)
        self.address = address
        keys = try table.has("keys") ? table.texts("keys", count: 1...16, bytes: 1024).map(absolute) : []
        tls = try table.flag("tls", otherwise: true)
        guard tls || ImageReference.isLoopback(address) else {
            throw .manifest(key: "registry.tls", problem: "without TLS only a registry on this machine")
        }
        passwords =
            try table.has("passwords")
            ? absolute(table.text("passwords", bytes: 1024, expected: "a path") { $0.isPrintable && !$0.isEmpty }) : nil
        limits = ImageLimits()
        limits.seconds = try table.number("deadline_seconds", 1...86400, otherwise: limits.seconds)
        limits.bytes = try table.number("limit_mb", 1...65536, otherwise: limits.bytes >> 20) << 20
        applications = []
        guard let named = try table.table("applications") else {
            throw .manifest(key: "registry.applications", problem: "missing; expected a table, ID = \"NAME:TAG\"")
        }
        for id in named.keys {
            guard ApplicationManifest.isIdentifier(id) else {
                throw .manifest(key: "registry.applications.\(id.isPrintable ? id : "?")", problem: "no identifier")
            }
            let image = try named.text(id, bytes: 512, expected: "NAME:TAG or NAME@sha256:…") { !$0.contains("://") }
            guard let reference = try ImageReference("docker://\(address)/\(image)") else { continue }
            applications.append((id, reference))
        }
        guard (1...RegistryList.applications).contains(applications.count) else {
            throw .manifest(key: "registry.applications", problem: "1 to \(RegistryList.applications) applications")
        }
    }
}
