import Glibc
import LinuxBase
import Measurements
import Testing

@Suite struct ChildProcessTests {
    private func shellProcess(_ script: String) throws -> ChildProcess {
        try ChildProcess("/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"])
    }

    @Test(arguments: [
        ("exit 0", LinuxBase.ExitStatus.exited(0)), ("exit 3", .exited(3)), ("exit 255", .exited(255)),
        ("kill -TERM $$", .signalled(15)), ("kill -KILL $$", .signalled(9)),
    ])
    func `a child's end is told as it was`(script: String, expected: LinuxBase.ExitStatus) throws {
        var child = try shellProcess(script)
        #expect(try child.wait(timeout: .seconds(10)) == expected)
        // Asked again, it is the same answer and not another process's.
        #expect(try child.wait() == expected)
        #expect(try child.statusIfEnded() == expected)
    }

    @Test func `a program that is not there is an error of the spawn, not an exit status`() {
        #expect(throws: SystemCallError("exec(/nowhere/at/all)", ENOENT)) {
            _ = try ChildProcess("/nowhere/at/all", arguments: ["x"])
        }
        #expect(throws: SystemCallError("exec(/tmp)", EACCES)) { _ = try ChildProcess("/tmp", arguments: ["x"]) }
    }

    @Test func `waiting has a time-out, and a running child has no status`() throws {
        var child = try shellProcess("sleep 60")
        #expect(try child.statusIfEnded() == nil)
        let start = Clock.now()
        #expect(try child.wait(timeout: .milliseconds(30)) == nil)
        #expect(Clock.now() - start >= .milliseconds(30))
        let process = child.process
        #expect(try child.stop(grace: .seconds(10)) == .signalled(SIGTERM))
        #expect(!isRunning(process))
    }

    @Test func `a child that will not go is killed after its grace`() throws {
        let pair = try UnixSocket.pair()
        let child = try ChildProcess(
            "/bin/sh", arguments: ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
            environment: ["PATH=/usr/bin:/bin"], descriptors: [(pair.second.raw, 1)])
        #expect(try !Poll.wait(for: pair.first.raw, events: .readable, timeout: .seconds(10)).isEmpty)
        #expect(try child.stop(grace: .milliseconds(50)) == .signalled(SIGKILL))
    }

    @Test func `letting go of a child ends it and what it started`() throws {
        let pair = try UnixSocket.pair()
        var processes: [Int32] = []
        do {
            let child = try ChildProcess(
                "/bin/sh", arguments: ["sh", "-c", "sleep 60 & echo $!; wait"], environment: ["PATH=/usr/bin:/bin"],
                descriptors: [(pair.second.raw, 1)])
            var buffer = [UInt8](repeating: 0, count: 64)
            guard case .bytes(let count) = try pair.first.read(into: &buffer) else {
                Issue.record("the shell said nothing")
                return
            }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            processes = [child.process, try #require(Int32(text.split(separator: "\n").first ?? ""))]
            for process in processes { #expect(isRunning(process)) }
        }
        for process in processes { #expect(eventually { !isRunning(process) }) }
    }

    @Test func `the environment and the arguments are exactly those given`() throws {
        let pair = try UnixSocket.pair()
        var child = try ChildProcess(
            "/usr/bin/env", arguments: ["env"], environment: ["A=1", "B=two words", "C="],
            descriptors: [(pair.second.raw, 1)])
        let reader = pair.split { reader, _ in reader }
        #expect(String(decoding: try readAll(reader), as: UTF8.self) == "A=1\nB=two words\nC=\n")
        #expect(try child.wait(timeout: .seconds(10)) == .exited(0))
        let echoed = try shell("printf '%s|' \"$0\" \"$#\"")
        #expect(echoed.text == "sh|0|")
    }

    @Test func `descriptors arrive under their numbers, crossed over too, and no others are open`() throws {
        let first = try Descriptor.holding(Array("first".utf8))
        let second = try Descriptor.holding(Array("second".utf8))
        try #require(first.raw < 64 && second.raw < 64)
        // Each one's target is the other's present number. (sh reads `<&N` for one digit only.)
        let pair = try UnixSocket.pair()
        var child = try ChildProcess(
            "/bin/bash",
            arguments: [
                "bash", "-c",
                "cat <&\(second.raw); printf ' '; cat <&\(first.raw); printf ' '; ls /proc/self/fd | wc -l",
            ], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(first.raw, second.raw), (second.raw, first.raw), (pair.second.raw, 1)])
        let reader = pair.split { reader, _ in reader }
        let text = String(decoding: try readAll(reader), as: UTF8.self)
        // ls has 0, 1, 2, our two and the folder it reads.
        #expect(text.split(separator: " ").map { $0.filter { !$0.isNewline } } == ["first", "second", "6"])
        #expect(try child.wait(timeout: .seconds(10)) == .exited(0))
    }

    @Test func `a number out of range is refused before anything starts`() throws {
        for target: Int32 in [-1, 64] {
            #expect(throws: SystemCallError("exec(/bin/true)", EINVAL)) {
                _ = try ChildProcess("/bin/true", arguments: ["true"], descriptors: [(0, target)])
            }
        }
    }

    @Test func `a hundred children leave no descriptor and no zombie behind`() throws {
        func children() throws -> Int {
            let number = Process.number
            return try Files.names(in: "/proc").compactMap { Int32($0) }.filter { process in
                guard let status = try? Files.read("/proc/\(process)/status", limit: 1 << 16) else { return false }
                let text = String(decoding: status, as: UTF8.self)
                return text.contains("PPid:\t\(number)\n") && text.contains("State:\tZ")
                    && text.hasPrefix("Name:\ttrue\n")
            }.count
        }
        for _ in 0..<100 {
            var child = try ChildProcess("/bin/true", arguments: ["true"])
            #expect(try child.wait(timeout: .seconds(10)) == .exited(0))
        }
        for _ in 0..<20 { _ = try ChildProcess("/bin/true", arguments: ["true"]) }
        #expect(try children() == 0)
    }

    @Test func `a process that is not ours is watched and ended by handle`() throws {
        var child = try shellProcess("sleep 60")
        let handle = try ProcessHandle(child.process)
        #expect(try Poll.wait(for: handle.ended.raw, events: .readable, timeout: .zero).isEmpty)
        handle.kill()
        #expect(try Poll.wait(for: handle.ended.raw, events: .readable, timeout: .seconds(10)) == .readable)
        #expect(try child.wait() == .signalled(SIGKILL))
        handle.kill()
    }
}
