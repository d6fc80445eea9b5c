import DBus
import Glibc
import Launch
import LinuxBase
import Measurements
import Testing
import Wire

/// A real message bus at an address of its own, gone with the value.
private struct SessionBus: ~Copyable {
    static let daemon = "/usr/bin/dbus-daemon"
    static let client = "/usr/bin/gdbus"
    static let isThere = Files.exists(daemon) && Files.exists(client)

    let address: String
    private let process: ChildProcess

    /// Services are looked for in `data`/dbus-1/services.
    init(in folder: String, data: String) throws {
        let output = folder + "/bus-address"
        let file = try Files.open(output, flags: O_WRONLY | O_CREAT | O_TRUNC)
        let log = try Files.open(folder + "/bus-log", flags: O_WRONLY | O_CREAT | O_TRUNC)
        let process = try ChildProcess(
            Self.daemon,
            arguments: [
                "dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog",
                "--address=unix:path=\(folder)/bus",
                "--print-address=1",
            ],
            environment: [
                "PATH=/usr/bin:/bin", "XDG_DATA_HOME=\(data)", "XDG_DATA_DIRS=/nowhere", "XDG_RUNTIME_DIR=\(folder)",
            ], descriptors: [(file.raw, 1), (log.raw, 2)])
        let deadline = Clock.now() + .seconds(5)
        var found = ""
        while !found.hasSuffix("\n") && Clock.now() < deadline {
            Clock.sleep(.milliseconds(10))
            found = String(decoding: try Files.read(output, limit: 9999), as: UTF8.self)
        }
        try #require(found.hasSuffix("\n"), "the bus does not start")
        address = String(found.dropLast())
        self.process = process
    }

    func environment(_ more: String...) -> [String] {
        ["PATH=/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS=\(address)"] + more
    }
}

@Suite(.serialized, .enabled(if: SessionBus.isThere, "dbus and libglib2.0-bin are not installed"))
struct DBusTests {
    private static let path = "/org/vitrine/Test"

    /// Calls a method with gdbus while `connection` takes it and `answer`s.
    private func call(
        _ side: RichSide, _ bus: borrowing SessionBus, _ connection: inout BusConnection, _ arguments: [String],
        answer: (consuming BusCall) throws -> Void
    ) throws -> String {
        let file = side.folder.path + "/gdbus"
        let output = try Files.open(file, flags: O_WRONLY | O_CREAT | O_TRUNC)
        var child = try ChildProcess(
            SessionBus.client,
            arguments: ["gdbus", "call", "--address", bus.address, "--dest", "org.vitrine.Test"] + arguments,
            environment: ["PATH=/usr/bin"], descriptors: [(output.raw, 1), (output.raw, 2)])
        let deadline = Clock.now() + .seconds(10)
        while try child.statusIfEnded() == nil, Clock.now() < deadline {
            _ = try Poll.wait(
                for: [(connection.descriptor, connection.events), (child.ended.raw, .readable)],
                timeout: min(connection.timeout ?? .seconds(1), .seconds(1)))
            while let call = try connection.next() {
                // gdbus asks for the types first, in case its arguments need them.
                if call.member == "Introspect" { continue }
                try answer(call)
            }
        }
        return String(decoding: try Files.read(file, limit: 1 << 20), as: UTF8.self)
    }

    @Test func `a call is read within its bounds and answered, or refused`() throws {
        let side = try RichSide(try Folder(), listening: false)
        let bus = try SessionBus(in: side.folder.path, data: "/nowhere")
        var connection = try BusConnection(bus.address)
        #expect(try connection.uniqueName().hasPrefix(":1."))
        try connection.request(name: "org.vitrine.Test")
        let method = ["--object-path", Self.path, "--method", "org.vitrine.Test.Say"]

        var seen: [String] = []
        let said = try call(side, bus, &connection, method + ["hé'llo", "['a', 'b']", "{'k': <1>}"]) { call in
            var call = call
            seen = [call.path, call.interface, call.member, call.signature]
            #expect(try call.string(limit: 7) == "hé'llo")
            #expect(try call.strings(count: 2, limit: 1) == ["a", "b"])
            try call.reply("world")
        }
        #expect(seen == [Self.path, "org.vitrine.Test", "Say", "sasa{sv}"])
        #expect(said == "('world',)\n")

        let rows: [(String, [String], (inout BusCall) throws(DBusError) -> Void)] = [
            ("too long", ["'12345'"], { (call) throws(DBusError) in _ = try call.string(limit: 4) }),
            ("another type", ["1"], { (call) throws(DBusError) in _ = try call.string(limit: 4) }),
            ("no argument", [], { (call) throws(DBusError) in _ = try call.string(limit: 4) }),
            ("too many", ["['a', 'b']"], { (call) throws(DBusError) in _ = try call.strings(count: 1, limit: 9) }),
            ("one too long", ["['abc']"], { (call) throws(DBusError) in _ = try call.strings(count: 1, limit: 2) }),
            ("no array", ["'a'"], { (call) throws(DBusError) in _ = try call.strings(count: 1, limit: 2) }),
        ]
        for (name, arguments, read) in rows {
            let answer = try call(side, bus, &connection, method + arguments) { call in
                var call = call
                var problem: DBusError?
                do throws(DBusError) { try read(&call) } catch { problem = error }
                #expect(problem == .badArguments, "\(name)")
                try call.refuse("org.vitrine.Error.Bad", "no: \(name)")
            }
            #expect(answer.contains("org.vitrine.Error.Bad: no: \(name)"), "\(answer)")
        }
        let dropped = try call(side, bus, &connection, method) { call in _ = consume call }
        #expect(dropped.contains("org.freedesktop.DBus.Error.Failed: not answered"), "\(dropped)")
        let pinged = try call(
            side, bus, &connection, ["--object-path", "/", "--method", "org.freedesktop.DBus.Peer.Ping"]
        ) { _ in Issue.record("the bus's own interface is the library's") }
        #expect(pinged == "()\n")
    }

    @Test func `a name has one owner at a time, and a bus that is gone is an error`() throws {
        let folder = try Folder()
        var first: BusConnection
        do {
            let bus = try SessionBus(in: folder.path, data: "/nowhere")
            first = try BusConnection(bus.address)
            try first.request(name: "org.vitrine.Test")
            let second = try BusConnection(bus.address)
            #expect(throws: DBusError.nameTaken("org.vitrine.Test")) { try second.request(name: "org.vitrine.Test") }
            try first.release(name: "org.vitrine.Test")
            try first.release(name: "org.vitrine.Test")
            try second.request(name: "org.vitrine.Test")
            #expect(throws: DBusError.self) { try second.request(name: "org.freedesktop.DBus") }
        }
        let deadline = Clock.now() + .seconds(5)
        var failure: DBusError?
        while failure == nil, Clock.now() < deadline {
            do throws(DBusError) {
                _ = try first.next()
                Clock.sleep(.milliseconds(10))
            } catch {
                failure = error
            }
        }
        #expect(failure == .disconnected)
        #expect(throws: DBusError.self) { try BusConnection("unix:path=/nowhere/bus").uniqueName() }
        #expect(throws: DBusError.self) { _ = try BusConnection("not an address") }
    }
}

/// The application as the message bus starts it: `dbus-daemon` reads the installed file, `gdbus` calls.
@Suite(.serialized, .enabled(if: SessionBus.isThere, "dbus and libglib2.0-bin are not installed"))
struct DBusActivationTests {
    private let side: RichSide
    private let data: String

    init() throws {
        side = try RichSide(try Folder())
        data = side.folder.path + "/sh are"
        side.offered = [OfferedApplication(application: "w-1", title: "Wallet")]
        // A path that wants every kind of quoting.
        let program = side.folder.path + "/a $b`\"\\c"
        try Files.makeLink(program, to: try RichSide.program())
        let installed = try side.launch(["--install", data, "--program", program])
        try #require(installed.status == .exited(0), "\(installed.errors)")
    }

    private func call(
        _ bus: borrowing SessionBus, _ method: String, _ arguments: String..., path: String = "/org/vitrine/w_2d1"
    ) throws -> RichSide.Ending {
        try side.run(
            SessionBus.client,
            [
                "call", "--address", bus.address, "--dest", "org.vitrine.w_2d1", "--object-path", path, "--method",
                method.contains(".") ? method : "org.freedesktop.Application." + method,
            ] + arguments)
    }

    private func hasOwner(_ bus: borrowing SessionBus) throws -> Bool {
        let ending = try side.run(
            SessionBus.client,
            [
                "call", "--address", bus.address, "--dest", "org.freedesktop.DBus", "--object-path",
                "/org/freedesktop/DBus", "--method", "org.freedesktop.DBus.NameHasOwner", "org.vitrine.w_2d1",
            ])
        return ending.output == "(true,)\n"
    }

    @Test func `activation starts the service, which launches, and answers when it has started`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        #expect(try !hasOwner(bus))
        side.answers = { _ in [.started] }
        let first = try call(bus, "Activate", "{}")
        #expect(first.output == "()\n", "\(first)")
        #expect(first.asked == [LaunchRequest(application: "w-1")])
        #expect(try hasOwner(bus))
        let again = try call(bus, "Activate", "{'activation-token': <'x'>}")
        #expect(again.output == "()\n" && again.asked.isEmpty, "it has the screen already")
        // It ends; the next activation is a new launch, by the same service.
        side.answer(.outcome(.approved(reference: "R")), to: side.clients[0])
        let next = try call(bus, "Activate", "{}")
        #expect(next.output == "()\n" && next.asked.count == 1, "\(next)")
    }

    @Test func `what the terminal says is what the caller learns`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        let rows: [(LaunchAnswer, String)] = [
            (.notRemote, "org.vitrine.Error.NotRemote"),
            (.refused("another application is running"), "org.vitrine.Error.Refused: another application is running"),
        ]
        for (answer, error) in rows {
            side.answers = { _ in [answer] }
            let ending = try call(bus, "Activate", "{}")
            #expect(ending.status == .exited(1) && ending.errors.contains(error), "\(ending)")
        }
        side.answers = { _ in [.outcome(.ended)] }
        #expect(try call(bus, "Activate", "{}").output == "()\n")
        try Files.remove(side.socket)
        let gone = try call(bus, "Activate", "{}")
        #expect(gone.errors.contains("org.vitrine.Error.Unreachable: no terminal is there"), "\(gone)")
    }

    @Test func `an application is opened with an address of its own, and with nothing else`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        side.answers = { _ in [.started, .outcome(.ended)] }
        let address = "vitrine:w-1?amount=2.50&currency=EUR&merchant=M&account=A&identifier=1"
        let ending = try call(bus, "Open", "['\(address)']", "{}")
        #expect(ending.output == "()\n", "\(ending)")
        let invoice = Invoice(merchant: "M", account: "A", identifier: "1", amount: 250, currency: "EUR")
        #expect(ending.asked == [LaunchRequest(application: "w-1", invoice: invoice)])
        let long = String(repeating: "a", count: 3000)
        for list in [
            "@as []", "['vitrine:other']", "['file:///etc/passwd']", "['vitrine:w-1', 'vitrine:w-1']", "['\(long)']",
        ] {
            let refused = try call(bus, "Open", list, "{}")
            #expect(refused.errors.contains("org.freedesktop.DBus.Error.InvalidArgs"), "\(refused)")
            #expect(refused.asked.isEmpty)
        }
    }

    @Test func `what the interface does not have is refused`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        let rows: [(String, [String], String)] = [
            ("ActivateAction", ["'pay'", "@av []", "{}"], "InvalidArgs"), ("Quit", [], "UnknownMethod"),
            ("org.gtk.Actions.List", [], "UnknownInterface"),
        ]
        for (method, arguments, error) in rows {
            let ending =
                arguments.isEmpty
                ? try call(bus, method) : try call(bus, method, arguments[0], arguments[1], arguments[2])
            #expect(ending.errors.contains("org.freedesktop.DBus.Error.\(error)"), "\(ending)")
        }
        let elsewhere = try call(bus, "Activate", "{}", path: "/org/vitrine/other")
        #expect(elsewhere.errors.contains("org.freedesktop.DBus.Error.UnknownObject"), "\(elsewhere)")
        // Without the types from the introspection, gdbus would send an empty a{ss}.
        let types = try call(bus, "org.freedesktop.DBus.Introspectable.Introspect")
        #expect(types.output.contains("org.freedesktop.Application"), "\(types)")
        let wrong = try side.run(
            "/usr/bin/dbus-send",
            [
                "--bus=\(bus.address)", "--print-reply", "--dest=org.vitrine.w_2d1", "/org/vitrine/w_2d1",
                "org.freedesktop.Application.Activate", "string:x",
            ])
        #expect(wrong.errors.contains("org.freedesktop.DBus.Error.InvalidArgs"), "\(wrong)")
        #expect(side.asked.isEmpty)
    }

    @Test func `a desktop's own launcher finds the application by its name`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        side.answers = { _ in [.started, .outcome(.ended)] }
        let environment = bus.environment("XDG_DATA_HOME=\(data)", "XDG_DATA_DIRS=/nowhere", "HOME=\(side.folder.path)")
        let ending = try side.run("/usr/bin/gapplication", ["launch", "org.vitrine.w_2d1"], environment: environment)
        #expect(ending.status == .exited(0) && ending.asked.count == 1, "\(ending)")
        let entry = try side.run(
            "/usr/bin/gio", ["launch", data + "/applications/org.vitrine.w_2d1.desktop"], environment: environment)
        #expect(entry.status == .exited(0), "\(entry)")
        try side.turn { side.asked.count < 2 }
        #expect(side.asked.count == 2)
    }

    @Test func `a service that nobody asks goes, and one whose application has the screen stays`() throws {
        let bus = try SessionBus(in: side.folder.path, data: data)
        side.answers = { _ in [.started] }
        let started = Clock.now()
        var ended: Duration?
        let file = try Files.open(side.folder.path + "/err", flags: O_WRONLY | O_CREAT | O_TRUNC)
        var service = try ChildProcess(
            try RichSide.program(),
            arguments: ["vitrine-launch", "--socket", side.socket, "--dbus", "w-1", "--idle", "1"],
            environment: bus.environment(), descriptors: [(file.raw, 2)])
        try side.turn { try !hasOwner(bus) }
        #expect(try call(bus, "Activate", "{}").output == "()\n")
        try side.turn(for: .milliseconds(1800)) { true }
        #expect(try service.statusIfEnded() == nil)
        side.answer(.outcome(.cancelled), to: side.clients[0])
        try side.turn(watching: service.ended.raw) {
            guard try service.statusIfEnded() != nil else { return true }
            ended = Clock.now() - started
            return false
        }
        #expect(try service.statusIfEnded() == .exited(0))
        #expect(try #require(ended) > .milliseconds(2700))
        #expect(
            String(decoding: try Files.read(side.folder.path + "/err", limit: 999), as: UTF8.self) == "w-1: cancelled\n"
        )
        #expect(try !hasOwner(bus))
    }

    @Test func `without a bus, or with the name taken, the service says so`() throws {
        let none = try side.launch(
            ["--dbus", "w-1"], environment: ["DBUS_SESSION_BUS_ADDRESS=unix:path=\(side.folder.path)/none"])
        #expect(none.status == .exited(5) && none.errors.contains("no message bus"), "\(none)")
        let bus = try SessionBus(in: side.folder.path, data: "/nowhere")
        let holder = try BusConnection(bus.address)
        try holder.request(name: "org.vitrine.w_2d1")
        let taken = try side.launch(["--dbus", "w-1"], environment: bus.environment())
        #expect(taken.status == .exited(5) && taken.errors.contains("somebody else is org.vitrine.w_2d1"), "\(taken)")
    }
}
