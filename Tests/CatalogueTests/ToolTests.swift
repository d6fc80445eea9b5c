import Catalogue
import Crypto
import Database
import FoundationEssentials
import LinuxBase
import Measurements
import Rig
import Testing

extension DepotTests {
    @Suite struct `The operator's commands for applications` {
        @Test func `a folder nobody has signed needs a word, and the word is answered loudly`() throws {
            let depot = try Depot()
            try depot.author(["app", "new", depot.folder.path + "/hello"])
            let folder = depot.folder.path + "/hello"
            #expect(try depot.control(["app", "import", folder], expecting: 1).contains("--unsigned"))
            let said = try depot.control(["app", "import", "--unsigned", folder])
            #expect(said.contains("WARNING: --unsigned: nobody answers for \(folder)"))
            #expect(said.contains("application hello 0.1 imported unsigned"))
            #expect(try depot.control(["app", "show", "hello"]).contains("signed     no"))
            let signature = depot.folder.path + "/hello.sig"
            #expect(try depot.control(["app", "sign", folder], expecting: 1).contains("--out"))
            try depot.control(["app", "sign", folder, "--out", signature])
            #expect(try depot.control(["app", "import", folder], expecting: 1).contains("not signed"))
            try depot.control(["app", "import", folder, "--signature", signature])
            #expect(!(try depot.control(["app", "show", "hello"]).contains("signed     no")))
            #expect(
                try depot.control(["app", "import", folder, "--unsigned", "--signature", signature], expecting: 64)
                    .contains("--unsigned"))
        }

        @Test func `a new application shows a picture at once, and another when keys are typed`() throws {
            let depot = try Depot()
            let folder = depot.folder.path + "/hello"
            let before = Clock.now()
            try depot.author(["app", "new", folder])
            func preview(_ name: String, _ more: [String]) throws -> [UInt8] {
                let file = "\(depot.folder.path)/\(name).png"
                print(try depot.author(["app", "preview", folder, "--out", file] + more))
                return try Files.read(file, limit: 8 << 20)
            }
            let first = try preview("first", [])
            print("from nothing to a picture: \(Int((Clock.now() - before).milliseconds)) ms")
            #expect(first.starts(with: [0x89, 0x50, 0x4E, 0x47]) && first.count > 2000)
            #expect(try preview("again", []) == first)
            #expect(try preview("typed", ["--type", "4711"]) != first)
            #expect(try preview("large", ["--size", "1920x1080"]).count > first.count)
            try Files.replace(folder + "/main.py", with: Array("raise SystemExit('no such bank')".utf8), mode: 0o755)
            let said = try depot.author(
                ["app", "preview", folder, "--out", depot.folder.path + "/x.png"], expecting: 1)
            #expect(said.contains("no such bank"))
            #expect(try depot.author(["app", "new", folder], expecting: 1).contains("there already"))
            #expect(try depot.author(["app", "new", depot.folder.path + "/Bad"], expecting: 1).contains("id"))
        }

        @Test func `the way of its README: image, signature, registry, import, gc`() throws {
            let depot = try Depot()
            let folder = depot.folder.path + "/hello"
            try depot.author(["app", "new", folder])
            try run(folder + "/image.sh", [depot.layout, "0.1"], in: depot.folder.path)
            let registry = try Registry(in: depot.folder.path)
            let source = "docker://\(registry.address)/hello:0.1"
            try depot.tool(
                "skopeo",
                [
                    "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false",
                    "oci:\(depot.layout):0.1", source,
                ])
            #expect(try depot.control(["app", "import", "--plain-http", source], expecting: 1).contains("key"))
            try depot.control(["app", "sign", "--plain-http", source])
            #expect(
                try depot.control(["app", "import", "--plain-http", source]).contains("hello 0.1 imported, digest"))
            let show = try depot.control(["app", "show", "hello"])
            #expect(show.contains("source     \(source)") && show.contains("image      sha256:"))
            #expect(try depot.control(["app", "list"]).contains("enabled"))
            #expect(try depot.control(["app", "verify", "hello"]).contains("files match"))
            #expect(try depot.control(["app", "gc"]).contains("0 versions removed"))
            // The same from the layout, signed by a maker whom the operator names.
            let maker = depot.folder.path + "/maker"
            try Files.replace(maker + ".key", with: Array(depot.key.pemRepresentation.utf8))
            try Files.replace(maker + ".pem", with: Array(depot.key.publicKey.pemRepresentation.utf8))
            let local = "oci:\(depot.layout):0.1"
            try depot.control(["app", "sign", "--key", maker + ".key", local])
            #expect(try depot.control(["app", "import", local], expecting: 1).contains("no key that is trusted"))
            #expect(try depot.control(["app", "import", "--key", maker + ".pem", local]).contains("imported"))
        }
    }

    @Suite struct `References` {
        @Test(arguments: [
            ("oci:/a", "oci:/a"), ("oci:/a/b:1.0", "oci:/a/b:1.0"), ("oci-archive:x.tar:t", "oci-archive:x.tar:t"),
            ("docker://h/n", "docker://h/n"), ("docker://h:5000/a/b:1", "docker://h:5000/a/b:1"),
            ("docker://[::1]:5000/a", "docker://[::1]:5000/a"),
        ])
        func `an image's place is read as it is written`(text: String, same: String) throws {
            #expect(try ImageReference(text)?.description == same)
        }

        @Test(arguments: [
            "oci:", "oci::1", "oci:/a:b c", "docker://", "docker://h", "docker://h/", "docker://h/A", "docker://h/a:",
            "docker://h/a:-x", "docker://h/a@sha256:12", "docker://h/../a", "docker://h /a", "docker://h/a?x",
            "oci:/a:../b",
            "docker://-/--help",
        ])
        func `what is no place is refused`(text: String) {
            #expect(throws: CatalogueError.self) { try ImageReference(text) }
        }

        @Test func `a path is no image`() throws {
            #expect(try ImageReference("wallet/") == nil && ImageReference("/a:b") == nil)
        }
    }
}
