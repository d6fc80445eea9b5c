internal import LinuxBase
internal import Measurements

/// Folders beside the applications for what arrives and leaves, and who may move it.
extension ApplicationCatalogue {
    private static let arriving = ".arriving-"
    static let leaving = ".leaving-"
    private static let patience = Duration.seconds(30)

    /// A folder beside the applications for what arrives, gone afterwards.
    func withArrivals<R>(_ body: (String) throws(CatalogueError) -> R) throws(CatalogueError) -> R {
        let folder = "\(root)/\(Self.arriving)\(Process.number)"
        do throws(SystemCallError) {
            try Files.makeFolder(root, mode: 0o700)
            try sweep()
            try Files.removeTree(folder)
            try Files.makeFolder(folder, mode: 0o700)
        } catch { throw .system(error) }
        // What cannot be removed is swept by the next import.
        defer { try? Files.removeTree(folder) }
        return try body(folder)
    }

    /// Removes what was left behind by processes that have ended.
    private func sweep() throws(SystemCallError) {
        for name in try Files.names(in: root) {
            for prefix in [Self.arriving, Self.leaving] where name.hasPrefix(prefix) {
                let number = name.dropFirst(prefix.count).prefix { $0 != "-" }
                guard !Files.exists("/proc/\(number)") else { continue }
                try Files.removeTree(root + "/" + name)
            }
        }
    }

    /// One process at a time moves versions in and out.
    func locked<R>(_ body: () throws(CatalogueError) -> R) throws(CatalogueError) -> R {
        let deadline = Clock.now() + Self.patience
        while true {
            let held: FileLock?
            do throws(SystemCallError) { held = try FileLock(lock) } catch { throw .system(error) }
            switch held {
            case .some(let lock): return try Self.holding(lock, body)
            case .none:
                guard Clock.now() < deadline else { throw .busy }
                Clock.sleep(.milliseconds(20))
            }
        }
    }

    private static func holding<R>(
        _ lock: borrowing FileLock, _ body: () throws(CatalogueError) -> R
    ) throws(CatalogueError) -> R { try body() }
}
