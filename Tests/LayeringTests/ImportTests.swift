import LinuxBase
import Testing

@Suite struct ImportTests {
    /// One issue for each broken rule, in its own words.
    private func report(_ broken: [String]) {
        for sentence in broken { Issue.record("\(sentence)") }
    }

    @Test func `every import of the sources goes down`() throws {
        let modules = try SourceTree.modules()
        // Of each tier something was found: an empty tree would keep every rule.
        for tier in SourceModule.Tier.allCases { #expect(modules.contains { $0.tier == tier }, "\(tier)") }
        #expect(Set(modules.map(\.name)).count == modules.count)
        report(Rules.imports(go: modules))
    }

    @Test func `each C library has one importer, an edge`() throws {
        let modules = try SourceTree.modules()
        #expect(modules.first { $0.imports.contains("CLinux") }?.name == "LinuxBase")
        report(Rules.oneImporter(ofEachCLibrary: modules))
    }

    @Test func `values import values only, and stages leave the C library to the edges`() throws {
        report(Rules.values(standAlone: try SourceTree.modules()))
        report(Rules.glibc(staysLow: try SourceTree.modules()))
    }

    @Test func `no Foundation, NIO or argument parser reaches the terminal's programs by any import`() throws {
        report(Rules.terminal(staysSmall: try SourceTree.modules()))
    }

    @Test func `libraries from outside stay with the module that wraps them`() throws {
        report(Rules.outside(staysWithItsImporter: try SourceTree.modules()))
    }

    @Test func `every import is named in Package.swift`() throws {
        let package = String(
            decoding: try Files.read(SourceTree.root + "/Package.swift", limit: 1 << 20), as: UTF8.self)
        report(Rules.imports(areDeclared: try SourceTree.modules(), in: package))
    }

    @Test func `the sources leave no way to trap on input or to reach around a module`() throws {
        // The words are taken apart here: this file is not in Sources, but a reader's search should not find it either.
        let words = [
            "try" + "!", "fatal" + "Error(", "@test" + "able", "@_expor" + "ted", "unsafe" + "Flags", "TO" + "DO",
            "FIX" + "ME",
        ]
        let files = try SourceTree.files(in: SourceTree.root + "/Sources")
        #expect(files.count > 100)
        for file in files {
            for (number, line) in file.lines.enumerated() {
                for word in words where line.contains(word) { Issue.record("\(file.path):\(number + 1): \(word)") }
            }
        }
    }

    @Test func `an import is seen behind attributes, access and kinds`() {
        let rows: [(Substring, String?)] = [
            ("import Wire", "Wire"), ("public import Wire", "Wire"), ("  internal  import NIOCore  // why", "NIOCore"),
            ("@preconcurrency import Glibc", "Glibc"), ("@_spi(Testing) package import X", "X"),
            ("import struct Foundation.Data", "Foundation"), ("import Foundation.NSDate", "Foundation"),
            ("import Glibc; import Wire", "Glibc"), ("// import Foundation", nil), ("let important = 1", nil),
            ("func import(x: Int)", nil), ("import", nil), ("", nil),
        ]
        for (line, expected) in rows { #expect(SourceFile.imported(by: line) == expected, "\(line)") }
    }
}

/// Trees with one thing wrong: every rule finds it.
@Suite struct RuleTests {
    private static let sound: [SourceModule] = [
        SourceModule(tier: .c, name: "CLinux", imports: []),
        SourceModule(tier: .values, name: "Wire", imports: ["Pictures"]),
        SourceModule(tier: .values, name: "Pictures", imports: []),
        SourceModule(tier: .values, name: "Secrets", imports: ["Glibc"]),
        SourceModule(tier: .edges, name: "LinuxBase", imports: ["CLinux", "Glibc"]),
        SourceModule(tier: .edges, name: "TLS", imports: ["LinuxBase", "Secrets"]),
        SourceModule(tier: .edges, name: "Database", imports: ["GRDB", "FoundationEssentials"]),
        SourceModule(tier: .terminal, name: "Launch", imports: ["Wire", "LinuxBase"]),
        SourceModule(tier: .terminal, name: "Correspondence", imports: ["Wire"]),
        SourceModule(tier: .terminal, name: "Hold", imports: ["Correspondence"]),
        SourceModule(tier: .server, name: "Accept", imports: ["Wire", "NIOCore"]),
        SourceModule(tier: .applications, name: "Kit", imports: ["Wire", "Glibc"]),
        SourceModule(tier: .applications, name: "WalletScreens", imports: ["Kit"]),
        SourceModule(tier: .programs, name: "vitrine-terminal", imports: ["Launch", "Hold", "Logging", "Glibc"]),
        SourceModule(tier: .programs, name: "vitrine-decoder", imports: ["LinuxBase"]),
        SourceModule(tier: .programs, name: "vitrine-launch", imports: ["Launch"]),
        SourceModule(tier: .programs, name: "vitrine-provision", imports: ["TLS"]),
        SourceModule(tier: .programs, name: "vitrine-measure", imports: ["TLS"]),
        SourceModule(tier: .programs, name: "vitrinectl", imports: ["Database", "ArgumentParser", "Foundation"]),
    ]

    private func tree(_ name: String, imports more: String) -> [SourceModule] {
        var modules = Self.sound
        for index in modules.indices where modules[index].name == name { modules[index].imports.insert(more) }
        return modules
    }

    private func broken(_ modules: [SourceModule]) -> [String] {
        Rules.imports(go: modules) + Rules.oneImporter(ofEachCLibrary: modules) + Rules.values(standAlone: modules)
            + Rules.glibc(staysLow: modules) + Rules.terminal(staysSmall: modules)
            + Rules.outside(staysWithItsImporter: modules)
    }

    @Test func `a sound tree breaks nothing`() { #expect(broken(Self.sound) == []) }

    @Test(arguments: [
        ("Pictures", "LinuxBase"), ("Pictures", "Launch"), ("LinuxBase", "TLS"), ("LinuxBase", "Launch"),
        ("TLS", "Database"), ("Launch", "Hold"), ("Launch", "Accept"), ("Accept", "Launch"), ("Kit", "Accept"),
        ("Kit", "WalletScreens"), ("Hold", "Launch"), ("Launch", "vitrine-terminal"), ("vitrinectl", "vitrine-launch"),
        // C.
        ("TLS", "CLinux"), ("Launch", "CLinux"), ("vitrine-decoder", "CLinux"), ("Pictures", "CLinux"),
        // Outside.
        ("Wire", "Foundation"), ("Wire", "Glibc"), ("Launch", "Glibc"), ("Launch", "Foundation"),
        ("LinuxBase", "FoundationEssentials"), ("vitrine-launch", "NIOCore"), ("vitrine-terminal", "Database"),
        ("vitrine-provision", "ArgumentParser"), ("Correspondence", "Crypto"), ("Accept", "GRDB"),
    ])
    func `an import that must not be is found`(module: String, imported: String) {
        let found = broken(tree(module, imports: imported))
        #expect(!found.isEmpty)
        #expect(found.contains { $0.contains(module) && $0.contains(imported) || $0.contains("one edge module") })
    }

    @Test func `a C library that nobody wraps is found`() {
        #expect(Rules.oneImporter(ofEachCLibrary: [SourceModule(tier: .c, name: "CNew", imports: [])]).count == 1)
    }

    @Test func `a target's own declaration is read, and not its neighbour's`() {
        let package = """
            module("Edges", "TLS", named("COpenSSL", "Secrets")),
            module(
                "Server", "Cell", named("Wire") + [log]),
            program(
                "Wallet", named("Kit"), path: "Sources/Applications/Wallet"),
            """
        #expect(Rules.declaration(of: "TLS", in: package) == ["Edges", "TLS", "COpenSSL", "Secrets"])
        #expect(Rules.declaration(of: "Cell", in: package) == ["Server", "Cell", "Wire"])
        #expect(Rules.declaration(of: "Wallet", in: package)?.contains("Kit") == true)
        #expect(Rules.declaration(of: "Kit", in: package) == nil)
        let modules = [
            SourceModule(tier: .edges, name: "TLS", imports: ["Secrets", "LinuxBase"]),
            SourceModule(tier: .edges, name: "LinuxBase", imports: []),
        ]
        #expect(
            Rules.imports(areDeclared: modules, in: package) == [
                "TLS imports LinuxBase without naming it in Package.swift", "LinuxBase is not in Package.swift",
            ])
    }
}
