import Cell
import Confinement
import LinuxBase
import Testing

@Suite(.serialized) struct ControlGroupTests {
    private static let bounds = ControlGroup.Bounds(memoryBytes: 1 << 20, processes: 7)

    /// A folder with the names of a unified hierarchy: few machines hand one to their tests.
    @Test func `of a unified hierarchy the group above is used, and its values are written`() throws {
        let folder = try scratch()
        defer { try? Files.removeTree(folder) }  // A failure shows as a leftover folder, not as a wrong result.
        func find() -> ControlGroupDelegation {
            ControlGroupDelegation.find(root: folder, membership: folder + "/membership")
        }
        try Files.makeFolder("\(folder)/service/server")
        try Files.replace(folder + "/membership", with: Array("0::/service/server\n".utf8))
        #expect(find().hierarchies.isEmpty)
        try Files.replace(folder + "/cgroup.controllers", with: [])
        #expect(find().hierarchies.isEmpty)
        try Files.replace(folder + "/service/cgroup.subtree_control", with: [])
        #expect(find().hierarchies.map(\.kind) == [.unified])
        #expect(find().hierarchies.map(\.folder) == [folder + "/service"])
        try Files.replace(folder + "/membership", with: Array("0::/\n".utf8))
        #expect(find().hierarchies.isEmpty && find().reason.contains("root"))
    }

    @Test func `of separate hierarchies memory and processes are needed, the others welcome`() throws {
        let folder = try scratch()
        defer { try? Files.removeTree(folder) }  // A failure shows as a leftover folder, not as a wrong result.
        func find() -> ControlGroupDelegation {
            ControlGroupDelegation.find(root: folder, membership: folder + "/membership")
        }
        try Files.replace(
            folder + "/membership", with: Array("8:pids:/\n4:memory:/own\n1:cpu,cpuacct:/\nnonsense\n0::/\n".utf8))
        for name in ["memory/own", "cpu"] { try Files.makeFolder("\(folder)/\(name)") }
        for name in ["memory/own", "cpu"] { try Files.replace("\(folder)/\(name)/cgroup.procs", with: []) }
        #expect(find().hierarchies.isEmpty && find().reason.contains("pids"))
        try Files.makeFolder("\(folder)/pids")
        try Files.replace("\(folder)/pids/cgroup.procs", with: [])
        #expect(find().hierarchies.map(\.folder) == ["memory/own", "pids", "cpu"].map { "\(folder)/\($0)" })
        #expect(find().reason.contains("without blkio"))
    }

    /// On a machine that gives its tests no groups there is nothing to look at.
    @Test(.enabled(if: !ControlGroupDelegation.find().hierarchies.isEmpty, "no control groups are delegated here"))
    func `a group bounds what is in it, goes with its value, and what a dead service left is swept`() throws {
        let delegation = ControlGroupDelegation.find()
        let first = try #require(delegation.hierarchies.first)
        let name = ControlGroupDelegation.name(1)
        do {
            let group = try ControlGroup(in: delegation, name: name, bounds: Self.bounds)
            let values = try group.folders.flatMap { folder in
                try Files.names(in: folder).filter { ["memory.limit_in_bytes", "memory.max", "pids.max"].contains($0) }
                    .map { String(decoding: try Files.read("\(folder)/\($0)", limit: 100), as: UTF8.self) }
            }
            #expect(Set(values) == ["1048576\n", "7\n"])
            let twice = #expect(throws: ConfinementError.self) {
                _ = try ControlGroup(in: delegation, name: name, bounds: Self.bounds)
            }
            #expect("\(try #require(twice))".contains(name))
        }
        #expect(!Files.exists("\(first.folder)/\(name)"))
        // No process has this number: the kernel's highest is 4,194,304.
        let left = "\(first.folder)/vitrine-cell-4194305-1"
        try Files.makeFolder(left)
        delegation.sweep()
        #expect(!Files.exists(left))
    }

    @Test(.enabled(if: !ControlGroupDelegation.find().hierarchies.isEmpty, "no control groups are delegated here"))
    func `a cell's processes together stay within its memory`() throws {
        let test = try TestCell(
            """
            children = []
            for _ in range(4):
                child = os.fork()
                if child == 0:
                    block = bytearray(40 << 20)
                    for i in range(0, len(block), 4096): block[i] = 1
                    time.sleep(60)
                children.append(child)
            ended, status = os.wait()
            report(("killed", os.WTERMSIG(status)))
            """)
        let cell = try test.start(limits: CellLimits(memoryBytes: 100 << 20))
        defer { cell.stop() }
        let said = try TestCell.report(of: cell, timeout: .seconds(10))
        // The whole cell (v2), or the process that went too far (v1).
        let end = said == nil ? try TestCell.end(of: cell) : nil
        #expect(said == "('killed', 9)" || end == .signalled(9))
    }

    private func scratch() throws -> String {
        let folder = "/tmp/vitrine-\(try Random.bytes(4).map { String($0, radix: 36) }.joined())"
        try Files.makeFolder(folder)
        return folder
    }
}
