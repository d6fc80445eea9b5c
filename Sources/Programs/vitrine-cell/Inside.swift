internal import Cell
internal import Confinement
internal import LinuxBase

/// The inner stage: already in the cage, one user, no capability, under the filter; then the application.
enum Inside {
    /// `vitrine-cell --inside PROCESSES [--window-init WxH] -- COMMAND…`, as `Bubblewrap` writes it.
    static func run(_ arguments: [String]) -> Never {
        do {
            guard let end = arguments.firstIndex(of: "--"), end >= 3, let processes = UInt64(arguments[2]) else {
                throw CellError.specification("arguments")
            }
            let command = Array(arguments[(end + 1)...])
            guard let program = command.first, Files.exists(program) else {
                throw CellError.specification("no program \(command.first ?? "") in the cell")
            }
            // Here it counts this cell's processes only.
            try ResourceLimits(processes: processes).apply()
            _ = try Descriptor(owning: CellLayout.Number.status).write([CellLayout.ready])
            // bubblewrap's and ours: the application gets the control socket and nothing else.
            try Process.closeDescriptors(from: CellLayout.Number.control + 1)
            if end == 5, arguments[3] == CellLayout.Stage.window {
                exitNow(try WindowInit(geometry: arguments[4]).run(command))
            }
            try Process.replace(with: program, arguments: command)
        } catch {
            print("vitrine-cell: \(error)")
            exitNow(failure)
        }
    }
}
