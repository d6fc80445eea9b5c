internal import Cell
internal import Confinement
internal import LinuxBase

/// The outer stage: from a child of the server to bubblewrap, one step after the other.
enum Jailer {
    /// Outside, a cell of a server that runs as root has a user of its own: this number plus its process number, which no
    /// other living process has. (systemd's table of user numbers leaves 0x70000000… unused.)
    private static let firstUser: UInt32 = 0x7000_0000
    /// Where a root jailer gathers the folders for a cell; covered in its own mounts only.
    private static let gathering = "/mnt"

    static func confine() -> Never {
        do {
            // 1. The order, before anything that might hang on it. The server goes on only when we have all of it.
            let specification = try CellSpecification.receive(
                from: Descriptor(owning: CellLayout.Number.specification))
            let parent = Process.parentNumber

            // 2. What is bound into the cell, found while the host's names are still valid.
            var bindings = try self.bindings(for: specification)
            var image = specification.image

            // 3. Limits, which everything from here on inherits. The number of processes is set inside: it is counted for
            //    each user namespace, and out here the server's own processes would count.
            try ResourceLimits(
                // Browsers reserve addresses by the terabyte: of theirs, memory that can be written counts.
                addressSpaceBytes: specification.kind == .web ? nil : specification.limits.memoryBytes,
                dataBytes: specification.kind == .web ? specification.limits.memoryBytes : nil,
                cpuSeconds: specification.limits.cpuSeconds,
                openFiles: specification.limits.openFiles, fileBytes: specification.limits.fileBytes
            ).apply()

            // 4. Only as root: the folders may lie where a plain user cannot reach them, so they are mounted where it can,
            //    and then root is given up for good. A server with a user of its own has nothing to give up.
            if Process.user == 0 {
                if let folder = image { bindings.append(.init(source: folder, target: "/")) }
                bindings = try gather(bindings)
                if image != nil { image = bindings.removeLast().source }
                let user = firstUser + UInt32(Process.number)
                try Process.become(user: user, group: user)
            }

            // 5. After the change of user, which makes the kernel forget it: no cell outlives its server.
            try Process.dieWithParent(parent)

            // 6. The filter is written now and loaded by bubblewrap as its last step before the first program inside:
            //    it still has to mount.
            let filter = try self.filter(specification.kind)
            let root = try image.map(ImageParts.root) ?? .host(links: links)
            let command = Bubblewrap(
                specification: specification, root: root, bindings: bindings, data: try data(for: specification),
                filter: filter)

            // 7. bubblewrap: namespaces, mounts, no new privileges, no capabilities, filter, and `vitrine-cell --inside`.
            try Process.replace(with: Bubblewrap.program, arguments: command.arguments)
        } catch {
            print("vitrine-cell: \(error)")
            exitNow(failure)
        }
    }

    /// The application, this program with the libraries that it runs with, and what the specification asks for.
    private static func bindings(for specification: CellSpecification) throws -> [Bubblewrap.Binding] {
        guard let program = Process.executablePath() else { throw CellError.confinement("no /proc") }
        if specification.image != nil {
            return [.init(source: specification.root, target: CellLayout.application)]
                + (try ImageParts.jailer(program))
        }
        var folders = specification.libraries
        for folder in Process.libraryFolders() where !folders.contains(folder) && !folder.hasPrefix("/usr/") {
            folders.append(folder)
        }
        var programs = [Bubblewrap.Binding(source: program, target: CellLayout.jailer)]
        if specification.kind == .web {
            // Beside this program, as it is installed.
            let source = Files.parent(of: program) + "/vitrine-web"
            programs.append(.init(source: source, target: CellLayout.webHost))
        }
        return [.init(source: specification.root, target: CellLayout.application)] + programs
            + folders.map { .init(source: $0, target: $0) }
    }

    /// Mounts every source where any user can pass. Nobody else sees it, and it ends with this process.
    private static func gather(_ bindings: [Bubblewrap.Binding]) throws -> [Bubblewrap.Binding] {
        try PrivateMounts.begin()
        // Opened first: a source may lie below the folder that is about to be covered.
        var sources: [Int32] = []
        for binding in bindings { sources.append(try Files.openName(binding.source).take()) }
        try PrivateMounts.memory(gathering, bytes: 64 << 10)
        var result: [Bubblewrap.Binding] = []
        for (index, binding) in bindings.enumerated() {
            let place = "\(gathering)/\(index)"
            if Files.isFolder(binding.source) {
                try Files.makeFolder(place, mode: 0o755)
            } else {
                try Files.replace(place, with: [], mode: 0o644)
            }
            try PrivateMounts.bind("/proc/self/fd/\(sources[index])", onto: place)
            result.append(.init(source: place, target: binding.target))
        }
        return result
    }

    private static func filter(_ kind: CellSpecification.Kind) throws -> Int32 {
        let pair = try UnixSocket.pair()
        try CellCalls.filter(for: kind).write(to: pair.first.raw)
        return try pair.split { _, reader in reader }.takeForExec()
    }

    private static func data(for specification: CellSpecification) throws -> [Bubblewrap.Data] {
        let user = CellLayout.user
        let name = CellLayout.userName
        var files = [(CellLayout.request, specification.request)]
        // An image has its own, or none.
        if specification.image == nil {
            files += [
                ("/etc/passwd", Array("\(name):x:\(user):\(user)::/tmp:/bin/sh\n".utf8)),
                ("/etc/group", Array("\(name):x:\(user):\n".utf8)),
            ]
        }
        if specification.kind == .web {
            files.append((CellLayout.webBlank, Array("<!doctype html><title></title>\n".utf8)))
            files.append((CellLayout.webPolicy, Array(try WebPolicy.text(for: specification.application).utf8)))
        }
        var result: [Bubblewrap.Data] = []
        for (target, bytes) in files {
            result.append(.init(descriptor: try Descriptor.holding(bytes).takeForExec(), target: target))
        }
        return result
    }

    /// `/bin` and its kin as they are here: links into `/usr` on every merged system.
    private static var links: [(name: String, target: String)] {
        ["bin", "sbin", "lib", "lib64"].compactMap { name in
            Files.linkTarget("/\(name)").map { (name, $0) }
        }
    }
}
