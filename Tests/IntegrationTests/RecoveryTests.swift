import LinuxBase
import Rig
import Testing

/// Ways back into service when something is lost: the operator's authority, and nothing kept on the terminal.
@Suite(.serialized) struct RecoveryTests {
    private func provision(_ rig: Rig, _ words: String...) throws -> String {
        try run(
            "vitrine-provision", words + ["--store", rig.store, "--tcti", rig.tcti, "--release", rig.release],
            in: rig.folder
        ).output
    }

    private func comesUp(_ rig: Rig) throws {
        let mark = try rig.mark()
        try rig.startTerminal()
        try rig.event("link_up", from: mark)
    }

    @Test func `a terminal whose store is lost is enrolled again, and a slip in a path costs nothing`() throws {
        let rig = try Rig()
        let said = try rig.initialise(["--store", rig.folder + "/stroe"], expecting: 65)
        #expect(said.contains("is the path right? --replace"), "\(said)")
        #expect(try provision(rig, "status").contains("store              opens"))
        try comesUp(rig)
        try rig.stopTerminal()

        #expect(try provision(rig, "retire").contains("enrol the terminal again"))
        #expect(try rig.initialise(expecting: 65).contains("--replace"))
        try rig.initialise(["--replace"])
        try rig.enrolAfterLoss()
        #expect(try provision(rig, "list").contains("certificate"))
        try comesUp(rig)
        try rig.stopTerminal()

        // The old store, put back, is an old copy for ever.
        _ = try provision(rig, "retire")
        #expect(try Files.move("\(rig.store).retired-1", to: rig.store))
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        #expect(try rig.text(of: rig.terminalLog).contains("old copy"), "\(rig.logs())")
    }

    @Test func `a terminal whose TPM was cleared is enrolled again, with a release that is signed for it`() throws {
        let rig = try Rig()
        // Two updates ago: the counter does not begin at one any more.
        for (version, generation) in [("2", 2), ("3", 3)] {
            try rig.signRelease(version, generation: generation)
            try run("vitrinectl", ["release", "add", rig.release, "--state", rig.state], in: rig.folder)
            try comesUp(rig)
            try rig.stopTerminal()
        }
        try run(try Programs.tool("tpm2_clear"), ["-T", rig.tcti, "-c", "p"], in: rig.folder)
        #expect(throws: (any Error).self) { try rig.startTerminal() }
        #expect(try rig.text(of: rig.terminalLog).contains("TPM has no key"), "\(rig.logs())")

        _ = try provision(rig, "retire")
        try rig.signRelease("3", generation: 1)
        let said = try rig.initialise(["--replace"], expecting: 65)
        let offset = try #require(said.split(separator: "--offset ").last?.prefix { $0.isNumber }, "\(said)")
        try rig.signRelease("3", generation: 1, offset: String(offset))
        try rig.initialise(["--replace"])
        try rig.enrolAfterLoss()
        try comesUp(rig)
    }
}
