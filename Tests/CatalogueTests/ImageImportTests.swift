import Catalogue
import Crypto
import Database
import FoundationEssentials
import LinuxBase
import Measurements
import Rig
import Testing

/// All tests here run real tools, several processes each: one at a time.
@Suite(.serialized) struct DepotTests {}

extension DepotTests {
    @Suite struct `Images` {
        @Test func `a signed image comes from a layout, an archive and a registry, and is the same each time`() throws {
            let depot = try Depot()
            let digest = try depot.image([Depot.layer().finished])
            try depot.sign(depot.reference())
            let archive = depot.folder.path + "/shop.tar"
            try depot.tool("tar", ["-C", depot.layout, "-cf", archive, "."])
            let registry = try Registry(in: depot.folder.path)
            for tag in ["1.0", "sha256-\(digest).vitrine"] {
                try depot.tool(
                    "skopeo",
                    [
                        "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false",
                        "oci:\(depot.layout):\(tag)", "docker://\(registry.address)/shops/shop:\(tag)",
                    ])
            }
            var options = ImageOptions()
            options.plainHTTP = true
            let first = try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
            #expect(first.imageDigest == digest && first.signed == depot.now && first.enabled && first.image == nil)
            #expect(try Files.read(first.folder + "/shop", limit: 100) == Array("#!/bin/sh\n".utf8))
            try depot.catalogue.verify(first)
            let archived = try #require(try ImageReference("oci-archive:\(archive):1.0"))
            let second = try depot.catalogue.importImage(archived, trust: depot.trust, now: depot.now)
            let tagged = try registry.reference("shops/shop:1.0")
            let third = try depot.catalogue.importImage(tagged, trust: depot.trust, options: options, now: depot.now)
            let named = try registry.reference("shops/shop@sha256:\(digest)")
            let fourth = try depot.catalogue.importImage(named, trust: depot.trust, options: options, now: depot.now)
            #expect(Set([first, second, third, fourth].map(\.digest)).count == 1)
            #expect(fourth.source == "docker://\(registry.address)/shops/shop@sha256:\(digest)")
            #expect(try depot.catalogue.list().count == 1 && depot.names == ["shop"])
        }

        @Test func `later layers change and take away what earlier ones brought`() throws {
            let depot = try Depot()
            var first = Depot.layer()
            first.add("app/old", text: "old")
            first.add("app/both", text: "first")
            var second = Tar()
            second.add("app/.wh.old")
            second.add("app/both", text: "second")
            try depot.image([first.finished, second.finished])
            try depot.sign(depot.reference())
            let entry = try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
            #expect(try Files.names(in: entry.folder) == ["both", "shop", "vitrine.toml"])
            #expect(try Files.read(entry.folder + "/both", limit: 100) == Array("second".utf8))
        }

        @Test func `an image with a root of its own keeps it, links and all`() throws {
            let depot = try Depot()
            var tar = Tar()
            tar.folder("/")
            tar.append(Depot.layer(more: "root = \"image\""))
            tar.folder("usr/")
            tar.folder("usr/bin/")
            tar.add("usr/bin/tool", text: "#!", mode: 0o755)
            tar.add("bin", type: "2", link: "/usr/bin")
            try depot.image([tar.finished])
            try depot.sign(depot.reference())
            let entry = try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
            let image = try #require(entry.image)
            #expect(entry.folder == image + "/app")
            #expect(try Files.readLink(image + "/bin") == "/usr/bin")
            #expect(try Files.names(in: image) == ["app", "bin", "usr"])
            try depot.catalogue.verify(entry)
            try Files.replace(image + "/usr/bin/tool", with: [1], mode: 0o755)
            #expect(throws: CatalogueError.self) { try depot.catalogue.verify(entry) }
        }

        @Test func `a root that has something for the jailer's loader, or no X server for its window, is refused`()
            throws
        {
            let spoilers: [(String, @Sendable (inout Tar) -> Void)] = [
                ("ld.so.preload", { $0.add("etc/ld.so.preload", text: "/app/evil.so") }),
                ("ld.so.preload", { $0.add("etc/ld.so.preload", type: "2", link: "/proc/self/cwd/evil") }),
                ("ld.so.preload", { $0.add("etc", type: "2", link: "/proc/self/cwd") }),
                (
                    "Xtigervnc",
                    { tar in
                        tar = Tar()
                        let text = Depot.manifest(more: "root = \"image\"").replacing("native", with: "window")
                        tar.add("app/vitrine.toml", text: text)
                        tar.add("app/shop", text: "#!/bin/sh", mode: 0o755)
                    }
                ),
                ("is no program", { $0.add("app/shop", text: "#!", mode: 0o644) }),
                ("is no program", { $0.add("app/shop", type: "2", link: "/proc/self/exe") }),
                (
                    "logo",
                    { tar in
                        tar.add("app/vitrine.toml", text: Depot.manifest(more: "root = \"image\"\nlogo = \"l.png\""))
                        tar.add("app/l.png", type: "2", link: "/etc/hostname")
                    }
                ),
            ]
            for (reason, spoil) in spoilers {
                let depot = try Depot()
                var tar = Depot.layer(more: "root = \"image\"")
                spoil(&tar)
                try depot.image([tar.finished])
                try depot.sign(depot.reference())
                let error = #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
                }
                #expect(error?.description.contains(reason) == true, "\(reason): \(String(describing: error))")
                #expect(depot.names.isEmpty)
            }
        }

        @Test func `nothing unsigned, signed by another, or signed for something else comes in`() throws {
            let depot = try Depot()
            try depot.image([Depot.layer().finished])
            let reference = try depot.reference()
            #expect(throws: CatalogueError.unsigned) {
                try depot.catalogue.importImage(reference, trust: depot.trust, now: depot.now)
            }
            let signing = try ApplicationSigning(options: ImageOptions())
            let content = try signing.content(of: reference, now: depot.now)
            var other = content
            other.digest[0] ^= 1
            var folder = content
            folder.kind = .folder
            let good = try depot.envelope(content)
            var altered = good
            altered[altered.count - 1] ^= 1
            let wrong: [[UInt8]] = [
                try depot.envelope(content, with: P256.Signing.PrivateKey()), try depot.envelope(other),
                try depot.envelope(folder), altered, [], Array(good.dropLast()), good + [0],
            ]
            for envelope in wrong {
                let trust = Trust.signed(by: SigningKeys([depot.key.publicKey]), signature: envelope)
                let error = #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(reference, trust: trust, now: depot.now)
                }
                guard case .badSignature? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            #expect(try depot.names.isEmpty && depot.directory.applications().isEmpty)
            let trust = Trust.signed(by: SigningKeys([depot.key.publicKey]), signature: good)
            #expect(try depot.catalogue.importImage(reference, trust: trust, now: depot.now).signed == depot.now)
            // The release maker's signature over the same bytes is none here: the context is another.
            try depot.sign(reference, with: P256.Signing.PrivateKey())
            #expect(throws: CatalogueError.badSignature("no key that is trusted has signed it")) {
                try depot.catalogue.importImage(reference, trust: depot.trust, now: depot.now)
            }
        }

        @Test func `a folder is signed, too, and a changed one is not what was signed`() throws {
            let depot = try Depot()
            let source = depot.folder.path + "/source"
            try Files.makeFolder(source)
            try Files.replace(source + "/vitrine.toml", with: Array(Depot.manifest().utf8))
            try Files.replace(source + "/shop", with: [1], mode: 0o755)
            let signing = try ApplicationSigning(options: ImageOptions())
            let envelope = try depot.envelope(try signing.content(ofFolder: source, now: depot.now))
            let trust = Trust.signed(by: SigningKeys([depot.key.publicKey]), signature: envelope)
            #expect(throws: CatalogueError.unsigned) {
                try depot.catalogue.importFolder(source, trust: depot.trust, now: depot.now)
            }
            let entry = try depot.catalogue.importFolder(source, trust: trust, now: depot.now)
            #expect(entry.signed == depot.now && entry.source == source)
            try Files.replace(source + "/shop", with: [2], mode: 0o755)
            #expect(throws: CatalogueError.badSignature("the signature is for another folder")) {
                try depot.catalogue.importFolder(source, trust: trust, now: depot.now)
            }
        }
    }
}
