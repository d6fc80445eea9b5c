import Cell
import LinuxBase
import Testing

@Suite(.serialized) struct ConfinementTests {
    /// Runs `script`, whose last expression is reported, and returns what it said.
    private func inside(_ script: String) throws -> String {
        let test = try TestCell(script + "\n")
        let cell = try test.start()
        defer { cell.stop() }
        let said = try TestCell.report(of: cell)
        return try #require(said, "the cell said nothing: \(cell.log())")
    }

    @Test func `the application has a user of its own and no privilege`() throws {
        let said = try inside(
            """
            status = dict((l + "\\t").rstrip("\\n").split(":", 1) for l in open("/proc/self/status"))
            status = {k: v.strip() for k, v in status.items()}
            report((os.getuid(), os.getgid(), status["CapEff"], status["CapPrm"], status["CapBnd"], status["NoNewPrivs"],
                    status["Seccomp"], os.getcwd(), len(open("/proc/self/uid_map").read().split("\\n")) - 1))
            """)
        let none = "0000000000000000"
        #expect(said == "(1000, 1000, '\(none)', '\(none)', '\(none)', '1', '2', '/app', 1)")
    }

    @Test func `outside it is not root, and not the user of another cell`() throws {
        let test = try TestCell("report(1)\ntime.sleep(60)")
        let first = try test.start()
        let second = try test.start()
        defer { first.stop() }
        defer { second.stop() }
        let users = try [first, second].map { cell in
            let map = try Files.read("/proc/\(cell.process)/uid_map", limit: 4096)
            return try #require(String(decoding: map, as: UTF8.self).split(separator: " ").dropFirst().first)
        }
        if Process.user == 0 {
            #expect(users[0] != users[1])
            #expect(!users.contains("0"))
        } else {
            #expect(users.allSatisfy { $0 == "\(Process.user)" })
        }
    }

    @Test func `it sees no network but its own loopback`() throws {
        let said = try inside(
            """
            names = sorted(l.split(":")[0].strip() for l in open("/proc/net/dev").readlines()[2:])
            report((names, attempt(lambda: socket.socket(socket.AF_INET)), attempt(lambda: socket.socket(socket.AF_NETLINK))))
            """)
        #expect(said == "(['lo'], 'OSError:38', 'OSError:38')")
    }

    @Test func `it sees no process but its own`() throws {
        let said = try inside("report(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))")
        #expect(said == "[1, 2]")
    }

    @Test func `it can write only where everything is gone at the end`() throws {
        let said = try inside(
            """
            def write(path):
                with open(path, "w") as f: f.write("x")
                return "written"
            paths = ["/usr/x", "/app/x", "/x", "/etc/x", "/run/x", "/dev/x", "/cell/x", "/run/vitrine/request",
                     "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/tmp/x", "/run/vitrine/x", "/dev/shm/x"]
            report([p for p in paths if attempt(lambda: write(p)) == "written"])
            """)
        #expect(said == "['/tmp/x', '/run/vitrine/x', '/dev/shm/x']")
    }

    @Test func `it finds its request, its size, and nothing of the host's accounts`() throws {
        let said = try inside(
            """
            hidden = [n for n in ("boot", "home", "mnt", "root", "srv", "sys", "media") if os.path.exists("/" + n)]
            report((open("/run/vitrine/request").read(), os.environ["VITRINE_SIZE"], hidden, sorted(os.listdir("/app")),
                    len(open("/etc/passwd").readlines()), attempt(lambda: open("/etc/shadow")), os.uname().nodename))
            """)
        #expect(said == "('the request', '320x200', [], ['main.py'], 1, 'FileNotFoundError:2', 'cell')")
    }

    @Test func `only the control socket is inherited`() throws {
        let said = try inside(
            """
            fds = sorted(int(n) for n in os.listdir("/proc/self/fd"))
            # The one above 3 is the folder being listed.
            report((fds[:4], len(fds), socket.socket(fileno=os.dup(3)).type))
            """)
        #expect(said == "([0, 1, 2, 3], 5, <SocketKind.SOCK_SEQPACKET: 5>)")
    }

    @Test(arguments: [
        ("unshare(CLONE_NEWUSER)", "libc.unshare(0x10000000)", "EPERM"),
        ("clone with a namespace", "libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)", "ENOSYS"),
        ("clone3", "libc.syscall(435, 0, 0)", "ENOSYS"),
        ("io_uring_setup", "libc.syscall(425, 1, 0)", "EPERM"),
        ("bpf", "libc.syscall(321, 0, 0, 0)", "EPERM"),
        ("keyctl", "libc.syscall(250, 0, 0)", "EPERM"),
        ("shmget", "libc.shmget(0, 4096, 0o600)", "ENOSYS"),
    ])
    func `a call that leads out is refused`(name: String, call: String, expected: String) throws {
        let said = try inside(
            """
            import errno
            libc = ctypes.CDLL(None, use_errno=True)
            report((\(call), errno.errorcode.get(ctypes.get_errno())))
            """)
        #expect(said == "(-1, '\(expected)')", "\(name)")
    }

    @Test(arguments: [
        "libc.ptrace(0, 0, 0, 0)", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0)", "libc.umount2(b'/tmp', 0)",
        "libc.process_vm_readv(1, 0, 0, 0, 0, 0)", "libc.syscall(246, 0, 0, 0, 0)", "libc.reboot(0)",
    ])
    func `a call that no decent program makes ends the application`(call: String) throws {
        let test = try TestCell("ctypes.CDLL(None).\(call.dropFirst(5))\nreport('survived')\n")
        let cell = try test.start()
        defer { cell.stop() }
        #expect(try TestCell.end(of: cell) == .signalled(31))  // SIGSYS
        #expect(try cell.receive() == nil)
    }
}
