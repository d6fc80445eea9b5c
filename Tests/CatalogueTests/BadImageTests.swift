import Catalogue
import Database
import FoundationEssentials
import LinuxBase
import Measurements
import Rig
import Testing

/// What a layer does wrong, and a word of the reason that it is refused for.
private let badLayers: [(String, String, @Sendable (inout Tar) -> Void)] = [
    ("a name that climbs", "out of the image", { $0.add("../../../../tmp/vitrine-escaped", text: "x") }),
    ("a name that climbs inside", "out of the image", { $0.add("app/../../escaped", text: "x") }),
    ("an absolute name", "out of the image", { $0.add("/tmp/vitrine-escaped", text: "x") }),
    (
        "a long name that climbs", "out of the image",
        {
            $0.pax("path", "app/../../../vitrine-escaped")
            $0.add("app/x", text: "x")
        }
    ),
    ("a hard link out", "out of the image", { $0.add("app/passwd", type: "1", link: "../../etc/passwd") }),
    ("an absolute hard link", "out of the image", { $0.add("app/passwd", type: "1", link: "/etc/passwd") }),
    ("a whiteout of the parent", "out of the image", { $0.add("app/.wh...") }),
    ("a symbolic link out", "leads out", { $0.add("app/passwd", type: "2", link: "/etc/passwd") }),
    (
        "a folder that is a link out, and a file in it", "/app",
        {
            $0.add("app/out", type: "2", link: "../../../../../../tmp")
            $0.add("app/out/vitrine-escaped", text: "x")
        }
    ),
    ("a block device", "device", { $0.add("app/disk", type: "4") }),
    ("a character device", "device", { $0.add("app/memory", type: "3") }),
    ("a FIFO", "FIFO", { $0.add("app/pipe", type: "6") }),
    ("a set-user file", "set-user", { $0.add("app/root", text: "x", mode: 0o4755) }),
    ("a set-group file", "set-user", { $0.add("app/root", text: "x", mode: 0o2755) }),
    (
        "a sparse file", "sparse",
        {
            $0.pax("GNU.sparse.major", "1")
            $0.add("app/x", text: "x")
        }
    ),
    ("an old sparse file", "kind", { $0.add("app/x", type: "S", size: 0) }),
    ("a folder with content", "content", { $0.add("app/f", type: "5", [1, 2, 3]) }),
    ("a control character in a name", "printable", { $0.add("app/a\u{7}", text: "x") }),
    ("a size that is a lie", "half-way", { $0.add("app/x", Array("x".utf8), size: 100_000) }),
    ("a size beyond all disks", "more than", { $0.add("app/x", Array("x".utf8), size: 1 << 32) }),
    (
        "no manifest", "vitrine.toml",
        { tar in
            tar = Tar()
            tar.add("app/shop", text: "#!", mode: 0o755)
        }
    ),
    (
        "a manifest that is a link", "vitrine.toml",
        { tar in
            tar = Tar()
            tar.add("app/vitrine.toml", type: "2", link: "/etc/hostname")
        }
    ),
    (
        "no application", "/app",
        { tar in
            tar = Tar()
            tar.add("etc/hostname", text: "x")
        }
    ),
    (
        "an application that is a link", "/app",
        { tar in
            tar = Tar()
            tar.add("app", type: "2", link: "/etc")
        }
    ),
    ("a root that nobody asked for", "root", { $0.add("etc/hostname", text: "x") }),
]

extension DepotTests {
    @Suite struct `Bad images` {
        @Test(arguments: badLayers.indices)
        func `a bad layer is refused by a reason, and nothing is left of it`(row: Int) throws {
            let (name, reason, spoil) = badLayers[row]
            let depot = try Depot()
            var tar = Depot.layer()
            spoil(&tar)
            try depot.image([tar.finished])
            try depot.sign(depot.reference())
            let error = #expect(throws: CatalogueError.self, "\(name)") {
                try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
            }
            #expect(error?.description.contains(reason) == true, "\(name): \(error?.description ?? "")")
            #expect(try depot.names.isEmpty && depot.directory.applications().isEmpty)
            #expect(!Files.exists("/tmp/vitrine-escaped"))
        }

        @Test func `layers that are no archives are refused`() throws {
            let good = Depot.layer().finished
            let spoilers: [@Sendable ([UInt8]) -> [UInt8]] = [
                { Array($0.dropLast(20)) }, { _ in Array("not gzip".utf8) }, { _ in [] }, { $0 + Array("rest".utf8) },
                { bytes in
                    var bytes = bytes
                    bytes[bytes.count / 2] ^= 0x55
                    return bytes
                },
            ]
            for spoil in spoilers {
                let depot = try Depot()
                var parts = Depot.Parts()
                parts.packed = spoil
                try depot.image([good], parts)
                try depot.sign(depot.reference())
                #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
                }
                #expect(depot.names.isEmpty)
            }
        }

        @Test func `a manifest that is not one image's is refused`() throws {
            let types: [(Depot.Parts, String)] = [
                (.init(manifestType: "application/vnd.docker.distribution.manifest.v2+json"), "OCI"),
                (.init(manifestType: "application/vnd.oci.image.index.v1+json"), ""),
                (.init(layerType: "application/vnd.oci.image.layer.v1.tar+zstd"), "layer"),
                (.init(layerType: "application/vnd.oci.image.layer.nondistributable.v1.tar"), "layer"),
            ]
            for (parts, reason) in types {
                let depot = try Depot()
                try depot.image([Depot.layer().finished], parts)
                let error = #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(depot.reference(), trust: .anything, now: depot.now)
                }
                #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
                #expect(depot.names.isEmpty)
            }
        }

        @Test func `an image larger than its limit or the disk is refused before it is fetched or unpacked`() throws {
            let depot = try Depot()
            var tar = Depot.layer()
            // Sixteen mebibytes of zeros: some kilobytes packed.
            tar.add("app/zeros", [UInt8](repeating: 0, count: 16 << 20))
            try depot.image([tar.finished])
            try depot.sign(depot.reference())
            var options = ImageOptions()
            func refused() -> CatalogueError? {
                #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(
                        depot.reference(), trust: depot.trust, options: options, now: depot.now)
                }
            }
            options.limits.bytes = 8 << 20
            #expect(refused() == .tooLarge(what: "bytes", limit: 8 << 20))
            options.limits.bytes = 4 << 10
            #expect(refused() == .tooLarge(what: "bytes", limit: 4 << 10))
            options.limits = ImageLimits()
            options.limits.files = 3
            #expect(refused() == .tooLarge(what: "files", limit: 3))
            options.limits = ImageLimits()
            options.limits.reserve = 1 << 60
            guard case .noRoom? = refused() else {
                Issue.record("the disk has room for 2^60 bytes")
                return
            }
            #expect(depot.names.isEmpty)
        }

        @Test func `a layout whose parts are not what their names say is refused`() throws {
            let depot = try Depot()
            var parts = Depot.Parts()
            parts.spoil = { $0.map { $0 ^ 1 } }
            try depot.image([Depot.layer().finished], parts)
            try depot.sign(depot.reference())
            #expect(throws: CatalogueError.self) {
                try depot.catalogue.importImage(depot.reference(), trust: depot.trust, now: depot.now)
            }
            #expect(depot.names.isEmpty)
        }

        @Test(arguments: BadRegistry.Manner.allCases)
        func `a registry that does it wrong wastes its time only`(manner: BadRegistry.Manner) throws {
            let depot = try Depot()
            try depot.image([Depot.layer().finished])
            try depot.sign(depot.reference())
            let registry = try BadRegistry(manner, layout: depot.layout, in: depot.folder.path)
            let reference = try #require(try ImageReference("docker://127.0.0.1:\(registry.port)/shop:1.0"))
            var options = ImageOptions()
            options.plainHTTP = true
            options.limits.seconds = 4
            let before = Clock.now()
            let error = #expect(throws: CatalogueError.self) {
                try depot.catalogue.importImage(reference, trust: depot.trust, options: options, now: depot.now)
            }
            let took = Clock.now() - before
            print("\(manner): \(error?.description ?? "-"), \(Int(took.milliseconds)) ms")
            #expect(took < .seconds(10))
            if manner == .hangs || manner == .drips { #expect(error == .timedOut("skopeo", seconds: 4)) }
            #expect(try depot.names.isEmpty && depot.directory.applications().isEmpty)
        }

        @Test func `a place that is not there is named`() throws {
            let depot = try Depot()
            for text in ["oci:/nowhere:1", "oci-archive:/nowhere.tar", "docker://127.0.0.1:1/shop:1"] {
                let reference = try #require(try ImageReference(text))
                let error = #expect(throws: CatalogueError.self) {
                    try depot.catalogue.importImage(reference, trust: depot.trust, now: depot.now)
                }
                guard case .tool("skopeo", _)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            var options = ImageOptions()
            options.plainHTTP = true
            let far = try #require(try ImageReference("docker://registry.example.org/shop:1"))
            #expect(throws: CatalogueError.image("\(far)", problem: "without TLS only a registry on this machine")) {
                try depot.catalogue.importImage(far, trust: depot.trust, options: options, now: depot.now)
            }
        }
    }
}
