/// The rules, each as modules in and sentences about what breaks it out.
enum Rules {
    /// Stage → stages that it may import. A program wires all others.
    static let stageExceptions: [String: Set<String>] = [
        // The home screen is drawn from the table's rows: the table is the value that passes between them.
        "Hold": ["Correspondence"],
        // What applications are built on.
        "WalletScreens": ["Kit"],
    ]

    /// Modules of the toolchain that anything may use.
    static let everywhere: Set<String> = ["Swift", "Synchronization"]

    /// What the terminal's programs may bring in from outside, through any module that they import.
    static let terminalOutside: Set<String> = everywhere.union(["Glibc", "Logging"])

    static let terminalPrograms = [
        "vitrine-terminal", "vitrine-decoder", "vitrine-launch", "vitrine-provision", "vitrine-measure",
    ]

    /// C that a program is linked with and nobody calls: it stands before the C library's own functions.
    static let linked: Set<String> = ["CWiping"]

    /// Libraries from outside that one module alone may import.
    static let soleImporters: [String: Set<String>] = [
        "GRDB": ["Database"],
        "TOMLKit": ["Catalogue"],
        "ArgumentParser": ["vitrine-server", "vitrinectl", "vitrine-release", "vitrine-issuer"],
    ]

    static func imports(go down: [SourceModule]) -> [String] {
        let tiers = Dictionary(uniqueKeysWithValues: down.map { ($0.name, $0.tier) })
        return down.flatMap { module in
            module.imports.sorted().compactMap { name -> String? in
                guard let tier = tiers[name], name != module.name else { return nil }
                let isAllowed: Bool
                switch (module.tier, tier) {
                case (.edges, .c): isAllowed = true
                case (_, .c): isAllowed = false
                case (.values, .values): isAllowed = true
                case (.edges, .edges): isAllowed = name == "LinuxBase"
                case (.terminal, .terminal), (.server, .server), (.applications, .applications):
                    isAllowed = stageExceptions[module.name]?.contains(name) ?? false
                default: isAllowed = tier.rank < module.tier.rank
                }
                return isAllowed
                    ? nil : "\(module.tier.rawValue)/\(module.name) must not import \(tier.rawValue)/\(name)"
            }
        }
    }

    static func oneImporter(ofEachCLibrary modules: [SourceModule]) -> [String] {
        modules.filter { $0.tier == .c && !linked.contains($0.name) }.flatMap { library -> [String] in
            let importers = modules.filter { $0.imports.contains(library.name) }
            guard importers.count == 1, importers[0].tier == .edges else {
                let names = importers.map(\.name).sorted().joined(separator: ", ")
                return ["\(library.name) must be imported by one edge module, not by: \(names)"]
            }
            return []
        }
    }

    static func glibc(staysLow modules: [SourceModule]) -> [String] {
        modules.filter { module in
            guard module.imports.contains("Glibc") else { return false }
            switch module.tier {
            case .c, .edges, .programs: return false
            case .values: return module.name != "Secrets"
            // The kit is the `main` of every application: it reads the environment.
            case .terminal, .server, .applications: return module.name != "Kit"
            }
        }.map { "\($0.tier.rawValue)/\($0.name) must reach the kernel through LinuxBase, not Glibc" }
    }

    static func values(standAlone modules: [SourceModule]) -> [String] {
        let own = Set(modules.map(\.name))
        return modules.filter { $0.tier == .values }.flatMap { module in
            module.imports.subtracting(own).subtracting(everywhere).subtracting(
                module.name == "Secrets" ? ["Glibc"] : []
            )
            .sorted().map { "Values/\(module.name) must not import \($0)" }
        }
    }

    static func outside(staysWithItsImporter modules: [SourceModule]) -> [String] {
        modules.flatMap { module in
            module.imports.sorted().filter { soleImporters[$0].map { !$0.contains(module.name) } ?? false }
                .map { "\(module.tier.rawValue)/\(module.name) must not import \($0)" }
        }
    }

    /// Follows the imports of each of the terminal's programs, so that a stage or an edge cannot bring in what the program
    /// itself leaves out.
    static func terminal(staysSmall modules: [SourceModule]) -> [String] {
        let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0) })
        var broken: Set<String> = []
        let stages = modules.filter { $0.tier == .terminal }.map(\.name)
        for program in terminalPrograms + stages {
            guard byName[program] != nil else {
                broken.insert("there is no \(program)")
                continue
            }
            var seen: Set<String> = []
            var rest = [program]
            while let name = rest.popLast() {
                guard seen.insert(name).inserted, let module = byName[name] else { continue }
                for imported in module.imports.sorted() {
                    if byName[imported] != nil {
                        rest.append(imported)
                    } else if !terminalOutside.contains(imported) {
                        broken.insert(
                            "\(module.tier.rawValue)/\(name), part of \(program), must not import \(imported)")
                    }
                }
            }
        }
        return broken.sorted()
    }

    /// What SwiftPM does not hold us to: it lets a module through that only another one's dependencies mention.
    static func imports(areDeclared modules: [SourceModule], in package: String) -> [String] {
        let own = Set(modules.map(\.name))
        return modules.filter { $0.tier != .c }.flatMap { module -> [String] in
            guard let declared = declaration(of: module.name, in: package) else {
                return ["\(module.name) is not in Package.swift"]
            }
            return module.imports.intersection(own).subtracting(declared).sorted().map {
                "\(module.name) imports \($0) without naming it in Package.swift"
            }
        }
    }

    /// The quoted strings of the target's declaration: `module("Tier", "Name", …)` or `program("name", …)`.
    static func declaration(of name: String, in package: String) -> Set<String>? {
        for call in ["module(", "program("] {
            var rest = package[...]
            while let start = rest.firstRange(of: call) {
                let text = rest[start.upperBound...]
                var depth = 1
                let body = text.prefix { character in
                    if character == "(" { depth += 1 }
                    if character == ")" { depth -= 1 }
                    return depth > 0
                }
                let strings = body.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }.map { String($0.element) }
                if strings.prefix(call == "module(" ? 2 : 1).last == name { return Set(strings) }
                rest = text
            }
        }
        return nil
    }
}
