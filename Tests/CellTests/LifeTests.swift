import Cell
import LinuxBase
import Measurements
import Testing
import Wire

@Suite(.serialized) struct LifeTests {
    @Test func `events arrive as packets, whole and in order`() throws {
        let outcome = ApplicationEvent.entryMode(.keys).encoded()
        let test = try TestCell("os.write(3, bytes(\(outcome)))\nreport('second')\ntime.sleep(60)")
        let cell = try test.start()
        defer { cell.stop() }
        _ = try Poll.wait(for: cell.control, events: .readable, timeout: .seconds(5))
        let packet = try #require(try cell.receive())
        #expect(try ApplicationEvent(decoding: packet) == .entryMode(.keys))
        #expect(try TestCell.report(of: cell) == "second")
        #expect(cell.exitStatus() == nil)
    }

    @Test(arguments: [
        ("sys.exit(0)", LinuxBase.ExitStatus.exited(0)), ("sys.exit(7)", .exited(7)), ("os.abort()", .signalled(6)),
        ("ctypes.string_at(0)", .signalled(11)), ("os.kill(os.getpid(), 9)", .signalled(9)),
    ])
    func `the end of the application is seen, with its reason`(script: String, status: LinuxBase.ExitStatus) throws {
        let test = try TestCell(script)
        let cell = try test.start()
        #expect(try TestCell.end(of: cell) == status)
        cell.stop()
        #expect(cell.exitStatus() == status)
    }

    @Test func `stop leaves no process, and nothing on the host`() throws {
        let mounts = try Files.read("/proc/self/mounts", limit: 1 << 20)
        let test = try TestCell(
            """
            for _ in range(5):
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(600)
            report("five")
            time.sleep(600)
            """)
        let cell = try test.start()
        #expect(try TestCell.report(of: cell) == "five")
        let processes = try Self.processes(inNamespaceOf: cell.process)
        #expect(processes.count == 7)  // bubblewrap's first, the application, its five
        cell.stop()
        for process in processes { #expect(!Files.exists("/proc/\(process)")) }
        #expect(try Files.read("/proc/self/mounts", limit: 1 << 20) == mounts)
        #expect(cell.exitStatus() == .signalled(9))
        cell.stop()
    }

    @Test func `a cell ends with its last reference`() throws {
        let test = try TestCell("report(1)\ntime.sleep(600)")
        var cell: SandboxCell? = try test.start()
        let process = try ProcessHandle(try #require(cell?.process))
        cell = nil
        #expect(try !Poll.wait(for: process.ended.raw, events: .readable, timeout: .seconds(5)).isEmpty)
    }

    @Test func `a server that is killed takes its cells along`() throws {
        let test = try TestCell("report(1)\ntime.sleep(600)")
        // A server of few words: the descriptors of `CellLayout.Number`, an order, and then nothing more.
        let server = """
            import os, socket, struct, subprocess, sys
            ours, theirs = zip(*[socket.socketpair(), socket.socketpair(), socket.socketpair()])
            control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            numbers = [s.fileno() for s in (far, *theirs)]
            def arrange():
                high = [os.dup2(n, 100 + i) for i, n in enumerate(numbers)]
                for i, n in enumerate(high): os.dup2(n, 3 + i)
            subprocess.Popen([sys.argv[1]], preexec_fn=arrange, pass_fds=(3, 4, 5, 6), close_fds=False)
            order = bytes.fromhex(sys.argv[2])
            ours[0].sendall(struct.pack(">I", len(order)) + order)
            text = ""
            while "}" not in text: text += ours[2].recv(1024).decode()
            control.recv(100)
            os.write(1, text.split('"child-pid":')[1].split(",")[0].strip().encode())
            control.recv(100)
            """
        let order = test.specification().encoded().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let (near, far) = try UnixSocket.pair().split { near, far in (near.take(), far.take()) }
        let pipe = Descriptor(owning: near)
        let process = try ChildProcess(
            "/usr/bin/python3", arguments: ["python3", "-c", server, TestCell.jailer, order],
            descriptors: [(from: far, to: 1)])
        _ = Descriptor(owning: far)
        _ = try Poll.wait(for: pipe.raw, events: .readable, timeout: .seconds(10))
        var buffer = [UInt8](repeating: 0, count: 100)
        guard case .bytes(let n) = try pipe.read(into: &buffer) else {
            Issue.record("the cell did not start")
            return
        }
        let number = try #require(Int32(String(decoding: buffer[..<n], as: UTF8.self)))
        let cell = try ProcessHandle(number)
        #expect(try LifeTests.processes(inNamespaceOf: number).count == 2)
        process.signal(9)
        #expect(try !Poll.wait(for: cell.ended.raw, events: .readable, timeout: .seconds(5)).isEmpty)
    }

    @Test func `memory beyond the limit ends nobody else`() throws {
        let hog = try TestCell("report(attempt(lambda: len(bytearray(1 << 30))))\ntime.sleep(60)")
        let other = try TestCell("report('alive')\ntime.sleep(0.2)\nreport('still')\ntime.sleep(60)")
        let neighbour = try other.start()
        defer { neighbour.stop() }
        let cell = try hog.start(limits: CellLimits(memoryBytes: 256 << 20))
        defer { cell.stop() }
        #expect(try TestCell.report(of: cell) == "MemoryError:")
        #expect(try TestCell.report(of: neighbour) == "alive")
        #expect(try TestCell.report(of: neighbour) == "still")
    }

    @Test func `a fork bomb is bounded to its cell`() throws {
        let test = try TestCell(
            """
            count = 0
            try:
                while True:
                    if os.fork() == 0: time.sleep(600)
                    count += 1
            except OSError as e:
                report((count, e.errno))
            time.sleep(60)
            """)
        let bomb = try test.start(limits: CellLimits(processes: 20))
        defer { bomb.stop() }
        let said = try #require(try TestCell.report(of: bomb))
        let count = try #require(Int(said.dropFirst().prefix { $0.isNumber }))
        #expect(said.hasSuffix(", 11)"))  // EAGAIN
        #expect((10...20).contains(count))
        let quiet = try TestCell("report(os.fork() >= 0)")
        let cell = try quiet.start()
        defer { cell.stop() }
        #expect(try TestCell.report(of: cell) == "True")
    }

    @Test func `files are bounded one by one and together`() throws {
        let test = try TestCell(
            """
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            def fill(path, size):
                with open(path, "wb", 0) as f:
                    for _ in range(size >> 20): f.write(b"x" * (1 << 20))
            report([attempt(lambda: fill("/tmp/a", 5 << 20)), attempt(lambda: fill("/tmp/b", 3 << 20)),
                    attempt(lambda: fill("/dev/shm/c", 5 << 20)), attempt(lambda: fill("/run/vitrine/d", 1 << 20)),
                    os.stat("/tmp/a").st_size, os.path.getsize("/run/vitrine/d")])
            """)
        let cell = try test.start(limits: CellLimits(fileBytes: 4 << 20))
        defer { cell.stop() }
        let said = try #require(try TestCell.report(of: cell))
        // EFBIG for the long file, ENOSPC for what does not fit beside it.
        #expect(said.hasPrefix("['OSError:27', 'OSError:28', 'OSError:27', "), "\(said)")
        #expect(said.contains("\(4 << 20), "))
    }

    @Test func `processor time is bounded`() throws {
        let test = try TestCell("report(1)\nwhile True: pass")
        let cell = try test.start(limits: CellLimits(cpuSeconds: 1))
        defer { cell.stop() }
        let status = try TestCell.end(of: cell)
        #expect(status == .signalled(24) || status == .signalled(9), "\(status as Any)")  // SIGXCPU
    }

    @Test func `a flood of words is cut, and the application goes on`() throws {
        let test = try TestCell(
            """
            try:
                for i in range(10000): os.write(1, b"a line of words that nobody reads\\n")
            except OSError as e:
                report(e.errno)
            time.sleep(60)
            """)
        let cell = try test.start()
        defer { cell.stop() }
        #expect(try TestCell.report(of: cell) == "1")  // EPERM
        let log = cell.log()
        #expect(log.utf8.count <= 64 << 10)
        #expect(log.utf8.count > 60 << 10)
    }

    @Test func `a cell that cannot start says why`() throws {
        let test = try TestCell("")
        let absent = test.specification(command: ["/app/absent"])
        #expect {
            _ = try SandboxCell(absent, jailer: TestCell.jailer)
        } throws: { error in
            guard case .confinement(let reason) = error as? CellError else { return false }
            return reason.contains("no program /app/absent")
        }
        var nowhere = test.specification()
        nowhere.root = "/nonexistent"
        #expect(throws: CellError.self) { _ = try SandboxCell(nowhere, jailer: TestCell.jailer) }
        #expect(throws: CellError.self) { _ = try SandboxCell(test.specification(), jailer: "/nonexistent") }
    }

    @Test func `starting takes little time`() throws {
        let test = try TestCell("time.sleep(60)")
        var times: [Double] = []
        for _ in 0..<10 {
            let before = Clock.now()
            let cell = try test.start()
            times.append((Clock.now() - before).milliseconds)
            cell.stop()
        }
        times.sort()
        print("cell start, ms: median \(times[5]), worst \(times[9])")
        #expect(times[5] < 500)
    }

    /// Numbers on the host of the processes that share a process namespace.
    static func processes(inNamespaceOf process: Int32) throws -> [String] {
        let namespace = Files.linkTarget("/proc/\(process)/ns/pid")
        return try Files.names(in: "/proc").filter {
            $0.allSatisfy(\.isNumber) && Files.linkTarget("/proc/\($0)/ns/pid") == namespace
        }
    }
}
