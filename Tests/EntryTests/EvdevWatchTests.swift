import Glibc
import LinuxBase
import Testing

@Suite struct DirectoryWatchTests {
    @Test func `names that come, go, move or change rights are told, reading is not`() throws {
        let folder = try Folder()
        let watch = try DirectoryWatch()
        #expect(try watch.add(folder.path))
        #expect(try watch.add(folder.path), "once more is fine")
        #expect(try !watch.add(folder.path + "/none"))
        #expect(try !watch.takeChanges())
        let file = folder.path + "/file"
        let steps: [() throws -> Void] = [
            { _ = try Files.open(file, flags: O_WRONLY | O_CREAT) }, { try Files.setMode(file, 0o666) },
            { _ = try Files.move(file, to: file + "2") }, { try Files.remove(file + "2") },
            { try Files.makeFolder(folder.path + "/inner") }, { try Files.removeTree(folder.path + "/inner") },
        ]
        for (number, step) in steps.enumerated() {
            try step()
            #expect(try !Poll.wait(for: watch.descriptor, events: .readable, timeout: .zero).isEmpty, "step \(number)")
            #expect(try watch.takeChanges(), "step \(number)")
            #expect(try !watch.takeChanges(), "step \(number)")
        }
        let kept = try folder.write("x", to: "kept")
        _ = try watch.takeChanges()
        _ = try Files.read(kept, limit: 10)
        #expect(try !watch.takeChanges())
    }

    @Test func `a folder that vanishes is a change, and can be watched again`() throws {
        let folder = try Folder()
        let inner = folder.path + "/input"
        try Files.makeFolder(inner)
        let watch = try DirectoryWatch()
        #expect(try watch.add(inner))
        try Files.removeTree(inner)
        #expect(try watch.takeChanges())
        #expect(try !watch.add(inner))
        try Files.makeFolder(inner)
        #expect(try watch.add(inner))
        _ = try watch.takeChanges()
        try Files.replace(inner + "/event0", with: [])
        #expect(try watch.takeChanges())
    }

    @Test func `a flood of changes is one change`() throws {
        let folder = try Folder()
        let watch = try DirectoryWatch()
        let files = [try folder.write("", to: "a"), try folder.write("", to: "b")]
        #expect(try watch.add(folder.path))
        // More than fs.inotify.max_queued_events; in turn, since equal events in a row count as one.
        for number in 0..<40_000 { try Files.setMode(files[number % 2], 0o600) }
        #expect(try watch.takeChanges())
        var rounds = 0
        while try watch.takeChanges() { rounds += 1 }
        #expect(rounds < 100)
        #expect(try Poll.wait(for: watch.descriptor, events: .readable, timeout: .zero).isEmpty)
    }
}
