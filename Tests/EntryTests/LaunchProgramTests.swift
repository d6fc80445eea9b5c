import Glibc
import Launch
import LinuxBase
import Measurements
import Testing
import Wire

/// The real vitrine-launch against a real gate.
@Suite(.serialized) struct LaunchProgramTests {
    private struct Ending {
        var status: LinuxBase.ExitStatus?
        var output = ""
        var errors = ""
        var asked: [LaunchRequest] = []
    }

    private func program() throws -> String {
        let path = Files.parent(of: try #require(Process.executablePath())) + "/vitrine-launch"
        try #require(Files.exists(path), "build the product vitrine-launch first")
        return path
    }

    /// Runs the program with `arguments` and gives each request these answers.
    private func run(
        _ arguments: [String], in folder: Folder, listening: Bool = true, answers: [LaunchAnswer] = []
    ) throws -> Ending {
        let socket = folder.path + "/launch.sock"
        var gate: LaunchGate? = listening ? try LaunchGate(socket) : nil
        let (out, err) = (folder.path + "/out", folder.path + "/err")
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        let output = try Files.open(out, flags: flags)
        let errors = try Files.open(err, flags: flags)
        let path = try program()
        var child = try ChildProcess(
            path, arguments: ["vitrine-launch", "--socket", socket] + arguments,
            environment: ["PATH=/usr/bin:/bin"], descriptors: [(output.raw, 1), (errors.raw, 2)])
        var ending = Ending()
        let deadline = Clock.now() + .seconds(10)
        while ending.status == nil, Clock.now() < deadline {
            let watched = (gate?.watched ?? []) + [(child.ended.raw, .readable)]
            _ = try Poll.wait(for: watched, timeout: .milliseconds(100))
            for event in try gate?.handle(now: Clock.now()) ?? [] {
                guard case .request(let client, let request, _) = event else { continue }
                ending.asked.append(request)
                for answer in answers { gate?.answer(answer, to: client, now: Clock.now()) }
            }
            ending.status = try child.statusIfEnded()
        }
        ending.output = String(decoding: try Files.read(out, limit: 10000), as: UTF8.self)
        ending.errors = String(decoding: try Files.read(err, limit: 10000), as: UTF8.self)
        return ending
    }

    @Test func `each outcome has its exit status and its line`() throws {
        let rows: [(LaunchAnswer, Int32, String)] = [
            (.outcome(.approved(reference: "R7")), 0, "approved R7\n"), (.outcome(.ended), 0, "ended\n"),
            (.outcome(.declined(reason: "wrong code")), 1, "declined wrong code\n"),
            (.outcome(.needsMore(request: "a signature")), 3, "needs more a signature\n"),
            (.outcome(.cancelled), 4, "cancelled\n"), (.outcome(.failed(reason: "it broke")), 5, "failed it broke\n"),
        ]
        for (answer, code, line) in rows {
            let ending = try run(["wallet"], in: try Folder(), answers: [.started, answer])
            #expect(ending.status == .exited(code))
            #expect(ending.output == line)
            #expect(ending.asked == [LaunchRequest(application: "wallet")])
        }
    }

    @Test func `the invoice in a file goes along`() throws {
        let folder = try Folder()
        let file = try folder.write(
            "merchant = M\naccount = A\nidentifier = 7\namount = 1.50\ncurrency = EUR\n", to: "invoice")
        let ending = try run(["wallet", "--invoice", file], in: folder, answers: [.outcome(.ended)])
        let invoice = Invoice(merchant: "M", account: "A", identifier: "7", amount: 150, currency: "EUR")
        #expect(ending.asked == [LaunchRequest(application: "wallet", invoice: invoice)])
    }

    @Test func `a bad invoice is refused before anybody is asked`() throws {
        let folder = try Folder()
        let file = try folder.write("merchant = M\nprice = 1\n", to: "invoice")
        for path in [file, folder.path + "/none"] {
            let ending = try run(["wallet", "--invoice", path], in: folder)
            #expect(ending.status == .exited(2))
            #expect(ending.asked.isEmpty)
            #expect(ending.errors.hasPrefix("vitrine-launch: "), "\(ending.errors)")
        }
    }

    @Test func `what is not remote runs here if there is a command, with the command's exit status`() throws {
        let folder = try Folder()
        let local = try run(["editor", "--local", "echo here; exit 42"], in: folder, answers: [.notRemote])
        #expect(local.status == .exited(42))
        #expect(local.output == "here\n")
        let none = try run(["editor"], in: try Folder(), answers: [.notRemote])
        #expect(none.status == .exited(6))
        let refused = try run(["wallet", "--local", "echo here"], in: try Folder(), answers: [.refused("busy")])
        #expect(refused.status == .exited(5))
        #expect(refused.output.isEmpty, "a refusal runs nothing")
    }

    @Test func `without a terminal it says so, and runs nothing here`() throws {
        let ending = try run(["wallet", "--local", "echo here"], in: try Folder(), listening: false)
        #expect(ending.status == .exited(5))
        #expect(ending.output.isEmpty)
        #expect(ending.errors.contains("no terminal listens at"))
    }

    @Test(arguments: [[], ["a", "b"], ["--what"], ["wallet", "--invoice"]])
    func `wrong usage is status two and one line`(arguments: [String]) throws {
        let ending = try run(arguments, in: try Folder())
        #expect(ending.status == .exited(2))
        #expect(ending.errors.split(separator: "\n").count == 1)
    }

    @Test func `help is on standard output`() throws {
        let ending = try run(["--help"], in: try Folder())
        #expect(ending.status == .exited(0))
        #expect(ending.output.hasPrefix("Usage: vitrine-launch") && ending.errors.isEmpty)
    }
}
