import Admission
import Catalogue
import Crypto
import Database
import FoundationEssentials
import LinuxBase
import Rig
import Testing

/// A line that is wrong in a list of registries, and the key that the refusal names.
private let wrongLists: [(String, String)] = [
    ("x = 1", "x"), ("registry = 1", "registry"), ("[[registry]]", "registry.address"),
    ("[[registry]]\naddress = \"a/b\"", "registry.address"),
    ("[[registry]]\naddress = \"a\"", "registry.applications"),
    ("[[registry]]\naddress = \"a\"\napplications = {}", "registry.applications"),
    ("[[registry]]\naddress = \"a\"\ntls = 1", "registry.tls"),
    ("[[registry]]\naddress = \"a\"\ntls = false", "registry.tls"),
    ("[[registry]]\naddress = \"127.0.0.1.evil.example\"\ntls = false", "registry.tls"),
    ("[[registry]]\naddress = \"a\"\ndeadline_seconds = 0", "registry.deadline_seconds"),
    ("[[registry]]\naddress = \"a\"\n[registry.applications]\nA = \"b:1\"", "registry.applications.A"),
    ("[[registry]]\naddress = \"a\"\n[registry.applications]\na = 1", "registry.applications.a"),
    ("[[registry", "-"),
]

extension DepotTests {
    @Suite struct `Mirrors` {
        /// Puts an image of this version into a registry, signed by the operator of the state.
        private func publish(
            _ version: String, id: String = "shop", as tag: String = "stable", from depot: borrowing Depot,
            to registry: borrowing Registry, signed: Bool = true, at date: Date
        ) throws {
            let digest = try depot.image([Depot.layer(id, version: version).finished], tag: "\(id)-\(version)")
            if signed { try depot.sign(depot.reference("\(id)-\(version)"), at: date) }
            let tags =
                [("\(id)-\(version)", tag)] + (signed ? [("sha256-\(digest).vitrine", "sha256-\(digest).vitrine")] : [])
            for (from, to) in tags {
                try depot.tool(
                    "skopeo",
                    [
                        "--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false",
                        "oci:\(depot.layout):\(from)", "docker://\(registry.address)/\(id):\(to)",
                    ])
            }
        }

        private func list(_ registries: [(address: String, applications: String)], for depot: borrowing Depot) throws {
            try Files.replace(
                depot.state + "/maker.pem", with: Array(depot.key.publicKey.pemRepresentation.utf8))
            let text = registries.map { registry in
                """
                [[registry]]
                address = "\(registry.address)"
                tls = false
                keys = ["maker.pem"]
                deadline_seconds = 20
                [registry.applications]
                \(registry.applications)

                """
            }
            try Files.replace(StateFolder.registries(depot.state), with: Array(text.joined().utf8))
        }

        @Test func `a registry is followed, but not back, not unsigned and not to another application`() throws {
            let depot = try Depot()
            let registry = try Registry(in: depot.folder.path)
            try list([(registry.address, "shop = \"shop:stable\"")], for: depot)
            try publish("1.0", from: depot, to: registry, at: depot.now)
            #expect(try depot.control(["app", "sync"]).contains("version 1.0 imported, enabled"))
            #expect(try depot.control(["app", "sync"]).contains("unchanged, version 1.0"))
            try publish("2.0", from: depot, to: registry, at: depot.now + 100)
            #expect(try depot.control(["app", "sync"]).contains("version 2.0 imported, enabled"))

            // The registry, or whoever owns it by now, goes back to what was signed earlier.
            try publish("1.0", from: depot, to: registry, at: depot.now)
            #expect(try depot.control(["app", "sync"], expecting: 1).contains("signed before version 2.0"))
            try publish("3.0", from: depot, to: registry, signed: false, at: depot.now + 200)
            #expect(try depot.control(["app", "sync"], expecting: 1).contains("not signed"))
            try publish("4.0", id: "other", from: depot, to: registry, at: depot.now + 300)
            try list([(registry.address, "shop = \"other:stable\"")], for: depot)
            #expect(try depot.control(["app", "sync"], expecting: 1).contains("it is application other, not shop"))
            #expect(try depot.catalogue.list().map(\.manifest.version) == ["2.0", "1.0"])

            try list([(registry.address, "shop = \"shop:stable\"")], for: depot)
            _ = try depot.control(["app", "pin", "shop", "1.0"])
            try publish("5.0", from: depot, to: registry, at: depot.now + 400)
            #expect(try depot.control(["app", "sync"]).contains("version 5.0 imported, another is pinned"))
            #expect(try depot.control(["app", "sync"]).contains("unchanged, version 5.0"))
            #expect(try depot.control(["app", "unpin", "shop"]).contains("shop 5.0 enabled"))
            let log = try depot.control(["log"])
            #expect(log.contains("mirrored") && log.contains("not mirrored"))
        }

        @Test func `a registry that is down does not keep the others from being mirrored`() throws {
            let depot = try Depot()
            let registry = try Registry(in: depot.folder.path)
            try publish("1.0", from: depot, to: registry, at: depot.now)
            try list(
                [("127.0.0.1:1", "first = \"first:stable\""), (registry.address, "shop = \"shop:stable\"")], for: depot)
            let said = try depot.control(["app", "sync"], expecting: 1)
            #expect(said.contains("first  docker://127.0.0.1:1/first:stable  failed: skopeo failed"))
            #expect(said.contains("version 1.0 imported"))
        }

        @Test func `with an interval it looks again by itself`() throws {
            let depot = try Depot()
            let registry = try Registry(in: depot.folder.path)
            try publish("1.0", from: depot, to: registry, at: depot.now)
            try list([(registry.address, "shop = \"shop:stable\"")], for: depot)
            let program = try Programs.path("vitrinectl")
            let nothing = try Files.openNothing()
            let child = try ChildProcess(
                program, arguments: [program, "app", "sync", "--every", "1", "--state", depot.state],
                environment: ["PATH=/usr/bin:/bin"], descriptors: [(nothing.raw, 1), (nothing.raw, 2)])
            let catalogue = depot.catalogue
            func current() -> String? { (try? catalogue.application("shop"))?.manifest.version }
            try wait(for: "the first version", timeout: .seconds(20)) { current() == "1.0" }
            try publish("2.0", from: depot, to: registry, at: depot.now + 100)
            try wait(for: "the second version", timeout: .seconds(20)) { current() == "2.0" }
            _ = try child.stop(grace: .seconds(1))
        }

        @Test(arguments: wrongLists)
        func `a wrong list is refused by its key`(text: String, key: String) throws {
            let error = #expect(throws: CatalogueError.self) { try RegistryList(toml: text, folder: "/x") }
            guard case .registries(let named, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(named == key)
        }

        @Test func `a list is read, relative files beside it`() throws {
            let text = """
                [[registry]]
                address = "[::1]:5000"
                tls = false
                keys = ["maker.pem", "/etc/other.pem"]
                passwords = "auth.json"
                limit_mb = 7
                applications = { shop = "shops/shop:stable", wallet = "wallet@sha256:\(String(repeating: "0", count: 64))" }
                """
            let registry = try #require(try RegistryList(toml: text, folder: "/state").registries.first)
            #expect(
                registry.keys == ["/state/maker.pem", "/etc/other.pem"] && registry.passwords == "/state/auth.json")
            #expect(registry.limits.bytes == 7 << 20 && !registry.tls)
            #expect(registry.applications.map(\.id) == ["shop", "wallet"])
            #expect(registry.applications.map(\.image.description).first == "docker://[::1]:5000/shops/shop:stable")
        }
    }
}
