import LinuxBase

/// One folder of Sources: a module, the tier that its place names, and what it imports.
struct SourceModule: Equatable {
    enum Tier: String, CaseIterable {
        case c = "C"
        case values = "Values"
        case edges = "Edges"
        case terminal = "Terminal"
        case server = "Server"
        case applications = "Applications"
        case programs = "Programs"

        /// Imports go to a lower rank; the three kinds of stages are level with one another.
        var rank: Int {
            switch self {
            case .c: 0
            case .values: 1
            case .edges: 2
            case .terminal, .server, .applications: 3
            case .programs: 4
            }
        }
    }

    var tier: Tier
    var name: String
    var imports: Set<String>
}

/// A file with what stands in it.
struct SourceFile {
    let path: String
    let lines: [Substring]

    /// The modules that the file imports, whatever attribute, access or kind stands before the name.
    var imports: Set<String> { Set(lines.compactMap { Self.imported(by: $0) }) }

    /// Programs in Sources/Applications lie beside the stages that they are made of.
    var isEntryPoint: Bool { path.hasSuffix("/main.swift") || lines.contains { $0.hasPrefix("@main") } }

    static func imported(by line: Substring) -> String? {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        var words = line.split(whereSeparator: \.isWhitespace)[...]
        while let word = words.first, word.hasPrefix("@") || access.contains(word) { words.removeFirst() }
        guard words.popFirst() == "import" else { return nil }
        if let word = words.first, kinds.contains(word) { words.removeFirst() }
        guard let name = words.first?.prefix(while: { $0 != "." && $0 != ";" }), !name.isEmpty else { return nil }
        return String(name)
    }
}

/// The checkout that this test was built from.
enum SourceTree {
    static let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))

    static func modules() throws -> [SourceModule] {
        try SourceModule.Tier.allCases.flatMap { tier in
            let folder = "\(root)/Sources/\(tier.rawValue)"
            return try Files.names(in: folder).filter { Files.isFolder("\(folder)/\($0)") }.map { name in
                let files = try files(in: "\(folder)/\(name)")
                let isProgram = tier == .applications && files.contains(where: \.isEntryPoint)
                return SourceModule(
                    tier: isProgram ? .programs : tier, name: name,
                    imports: files.reduce(into: []) { $0 = $0.union($1.imports) })
            }
        }
    }

    /// All Swift files below `folder`.
    static func files(in folder: String) throws -> [SourceFile] {
        try Files.names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            if Files.isFolder(path) { return try files(in: path) }
            guard name.hasSuffix(".swift") else { return [] }
            let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            return [SourceFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))]
        }
    }
}
