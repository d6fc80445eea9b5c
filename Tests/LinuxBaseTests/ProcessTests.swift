import Glibc
import LinuxBase
import Testing

@Suite struct ProcessTests {
    @Test func `memory with secrets is neither dumped nor traced`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            guard dumpable() == 1 else { exit(2) }
            try Process.keepMemoryPrivate()
            var limit = rlimit()
            let code = unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            exit(code == 0 && limit.rlim_max == 0 && dumpable() == 0 ? 7 : 1)
        }
    }

    @Test func `new privileges are given up for good`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try Process.forbidNewPrivileges()
            // Of this thread, and of those that it starts: the call belongs before all others.
            let status = String(decoding: try Files.read("/proc/thread-self/status", limit: 1 << 16), as: UTF8.self)
            exit(status.contains("NoNewPrivs:\t1\n") ? 7 : 1)
        }
    }

    @Test func `descriptors are closed from a number up`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let copy = dup2(0, 50)
            try Process.closeDescriptors(from: 40)
            exit(copy == 50 && fcntl(50, F_GETFD) == -1 && fcntl(0, F_GETFD) >= 0 ? 7 : 1)
        }
    }

    @Test func `a program is replaced by another, or the call says why not`() async {
        await #expect(processExitsWith: .exitCode(5)) {
            try Process.replace(with: "/bin/sh", arguments: ["sh", "-c", "exit 5"])
        }
        #expect(throws: SystemCallError("exec(/nowhere)", ENOENT)) {
            try Process.replace(with: "/nowhere", arguments: ["x"])
        }
    }

    @Test func `this process knows itself`() throws {
        #expect(Process.number == getpid())
        #expect(Process.user == geteuid())
        let path = try #require(Process.executablePath())
        #expect(try Files.readLink("/proc/self/exe") == path)
        #expect(Files.exists(path))
    }

    @Test func `random bytes are as many as asked for, and not the same twice`() throws {
        #expect(try Random.bytes(0).isEmpty)
        #expect(try Random.bytes(100_000).count == 100_000)
        #expect(try Random.bytes(32) != Random.bytes(32))
        // One value in a megabyte that never shows up would be a broken generator (chance e^-4096).
        #expect(Set(try Random.bytes(1 << 20)).count == 256)
    }

    @Test func `an error says which call failed and why`() {
        let error = SystemCallError("open(/x)", ENOENT)
        #expect(error.description == "open(/x): No such file or directory (errno 2)")
        #expect(error.isAbsent && !error.isExhaustion)
        #expect(SystemCallError("accept", EMFILE).isExhaustion)
    }
}

@Suite struct ArgumentsTests {
    private func arguments(_ words: String...) throws -> Arguments {
        try Arguments(words, options: ["--size", "--file"], switches: ["--loud"])
    }

    @Test func `options, switches and words come in any order`() throws {
        let found = try arguments("one", "--size", "3", "--loud", "two", "--file=a=b", "--size=4", "--", "--three")
        #expect(found.words == ["one", "two", "--three"])
        #expect(found["--size"] == "4")
        #expect(found.all("--size") == ["3", "4"])
        #expect(found["--file"] == "a=b")
        #expect(found.has("--loud"))
        #expect(try !arguments().has("--loud"))
        #expect(try arguments("--file=")["--file"] == "")
    }

    @Test func `what is not known or not whole is refused by name`() throws {
        #expect(throws: Arguments.Problem.unknown("--shape")) { try arguments("--shape", "1") }
        #expect(throws: Arguments.Problem.unknown("--loud")) { try arguments("--loud=yes") }
        #expect(throws: Arguments.Problem.missingValue("--size")) { try arguments("--size") }
        #expect(throws: Arguments.Problem.missing("--size")) { try arguments("x").required("--size") }
        #expect(try arguments("--size", "9").required("--size") == "9")
    }
}

/// prctl(PR_GET_DUMPABLE). prctl is variadic and not imported; with integers only, the calling convention is the same.
private func dumpable() -> Int32 {
    typealias Call = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    guard let symbol = unsafe dlsym(nil, "prctl") else { return -1 }
    return unsafe unsafeBitCast(symbol, to: Call.self)(3, 0, 0, 0, 0)
}
