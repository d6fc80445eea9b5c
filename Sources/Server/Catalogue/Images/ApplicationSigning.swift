public import FoundationEssentials
internal import LinuxBase

/// What a signature is to be over, and where it goes. Holds no key.
public struct ApplicationSigning: ~Copyable {
    private let options: ImageOptions
    /// Nobody else's, gone afterwards.
    private let folder: String

    public init(options: ImageOptions) throws(CatalogueError) {
        // All that can fail comes first.
        let folder = try Self.makeFolder()
        self.options = options
        self.folder = folder
    }

    private static func makeFolder() throws(CatalogueError) -> String {
        do throws(SystemCallError) {
            let folder = "/tmp/vitrine-\(try Random.bytes(16).hexadecimal)"
            try Files.makeFolder(folder, mode: 0o700)
            return folder
        } catch { throw .system(error) }
    }

    // What cannot be removed stays in /tmp: an empty folder, or a public signature.
    deinit { try? Files.removeTree(folder) }

    public borrowing func content(of reference: ImageReference, now: Date) throws(CatalogueError) -> SignedContent {
        let manifest = try image(reference).manifest().manifest
        return SignedContent(kind: .image, digest: manifest.digest.digestBytes, time: UInt64(now.timeIntervalSince1970))
    }

    public borrowing func content(ofFolder path: String, now: Date) throws(CatalogueError) -> SignedContent {
        guard Files.isFolder(path) else { throw .notAFolder(path) }
        let digest = try FolderImport.digest(of: path)
        return SignedContent(kind: .folder, digest: digest.digestBytes, time: UInt64(now.timeIntervalSince1970))
    }

    /// Puts an envelope beside the image that it is of.
    public borrowing func attach(
        _ envelope: [UInt8], of content: SignedContent, to reference: ImageReference
    ) throws(CatalogueError) {
        if case .archive = reference.place {
            throw .image("\(reference)", problem: "nothing can be added to an archive: write the signature to a file")
        }
        try SignatureImage.write(envelope, to: folder + "/signature")
        try image(reference).push(
            "oci:\(folder)/signature:signature", to: reference.signature(of: content.digest.hexadecimal))
    }

    private borrowing func image(_ reference: ImageReference) throws(CatalogueError) -> ImageImport {
        try ImageImport(
            reference, in: folder, limits: options.limits, plainHTTP: options.plainHTTP, passwords: options.passwords)
    }
}

extension String {
    /// Of lower-case hexadecimal digits, an even number of them.
    fileprivate var digestBytes: [UInt8] {
        let digits = utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
