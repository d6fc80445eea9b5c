internal import FoundationEssentials
internal import LinuxBase

/// A signature as an image of its own, without layers, so that every layout and registry carries it: its manifest has the
/// envelope in an annotation, and its tag names the digest of what is signed.
enum SignatureImage {
    /// The envelope in such an image's manifest; nil when there is none.
    static func signature(in manifest: [UInt8]) -> [UInt8]? {
        // What is no manifest holds no signature.
        guard let manifest = try? ImageManifest(manifest, limit: 1 << 20),
            let text = manifest.annotations[SignedContent.annotation], let bytes = Data(base64Encoded: text)
        else { return nil }
        return [UInt8](bytes)
    }

    /// Writes a layout that holds the signature's image under the tag `signature`.
    static func write(_ envelope: [UInt8], to folder: String) throws(CatalogueError) {
        let config = """
            {"architecture":"unknown","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}
            """
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(ImageManifest.mediaType)","config":\
            \(descriptor(config, ImageManifest.configType)),"layers":[],"annotations":\
            {"\(SignedContent.annotation)":"\(Data(envelope).base64EncodedString())"}}
            """
        let tag = #","annotations":{"org.opencontainers.image.ref.name":"signature"}}"#
        let named = descriptor(manifest, ImageManifest.mediaType).dropLast() + tag
        let index = #"{"schemaVersion":2,"manifests":[\#(named)]}"#
        do throws(SystemCallError) {
            try Files.makeFolder(folder + "/blobs/sha256")
            for text in [config, manifest] {
                try Files.replace(folder + "/blobs/sha256/" + digest(text), with: Array(text.utf8))
            }
            try Files.replace(folder + "/index.json", with: Array(index.utf8))
            try Files.replace(folder + "/oci-layout", with: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        } catch { throw .system(error) }
    }

    private static func digest(_ text: String) -> String { ImageManifest.digest(of: Array(text.utf8)) }

    private static func descriptor(_ text: String, _ type: String) -> String {
        #"{"mediaType":"\#(type)","digest":"sha256:\#(digest(text))","size":\#(text.utf8.count)}"#
    }
}
