internal import Cell
internal import LinuxBase

/// A cell on the root of its image: what of the image is where, and how the jailer's inner stage runs without the host's
/// `/usr` around it.
enum ImageParts {
    /// Each folder and file at the image's root, read-only: bubblewrap needs the root itself to make its mount points in.
    static func root(_ folder: String) throws -> Bubblewrap.Root {
        // The host's loader would read it. The catalogue lets no such image in, either.
        guard Files.linkTarget(folder + "/etc") == nil, !Files.exists(folder + "/etc/ld.so.preload"),
            Files.linkTarget(folder + "/etc/ld.so.preload") == nil
        else { throw CellError.confinement("the image has something for the loader in its /etc") }
        var root = Bubblewrap.Root(
            bindings: [], links: [],
            jailer: [CellLayout.loader, "--library-path", libraryPath, CellLayout.jailer])
        for name in try Files.names(in: folder) where !CellLayout.reserved.contains(name) {
            let path = "\(folder)/\(name)"
            if let target = Files.linkTarget(path) {
                root.links.append((name, target))
            } else {
                root.bindings.append(.init(source: path, target: "/\(name)"))
            }
        }
        return root
    }

    /// This program, and the loader and libraries that it runs with: the image's may be of another kind, or not there.
    static func jailer(_ program: String) throws -> [Bubblewrap.Binding] {
        guard let loader = Process.loaderPath() else { throw CellError.confinement("no loader in /proc") }
        return [.init(source: program, target: CellLayout.jailer), .init(source: loader, target: CellLayout.loader)]
            + Process.libraryFolders().enumerated().map { index, folder in
                .init(source: folder, target: "\(CellLayout.libraries)/\(index)")
            }
    }

    private static var libraryPath: String {
        Process.libraryFolders().indices.map { "\(CellLayout.libraries)/\($0)" }.joined(separator: ":")
    }
}
