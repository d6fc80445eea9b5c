import Launch
import LinuxBase
import Testing
import Wire

/// The real vitrine-launch against a real gate.
@Suite(.serialized) struct LaunchProgramTests {
    /// Runs the program with `arguments` and gives each request these answers.
    private func run(
        _ arguments: [String], in folder: Folder, listening: Bool = true, answers: [LaunchAnswer] = []
    ) throws -> RichSide.Ending {
        let side = try RichSide(folder, listening: listening)
        side.answers = { _ in answers }
        return try side.launch(arguments)
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

    @Test func `an address is a request with its invoice`() throws {
        let address = "vitrine:wallet?amount=1.50&currency=EUR&merchant=M%20%26%20N&account=A&identifier=7"
        let ending = try run([address], in: try Folder(), answers: [.outcome(.approved(reference: "R"))])
        let invoice = Invoice(merchant: "M & N", account: "A", identifier: "7", amount: 150, currency: "EUR")
        #expect(ending.status == .exited(0))
        #expect(ending.asked == [LaunchRequest(application: "wallet", invoice: invoice)])
        let plain = try run(["--", "VITRINE:wallet"], in: try Folder(), answers: [.outcome(.ended)])
        #expect(plain.asked == [LaunchRequest(application: "wallet")])
    }

    @Test func `what turns out to be out of reach may run here too`() throws {
        let ending = try run(["wallet", "--local", "exit 42"], in: try Folder(), answers: [.started, .notRemote])
        #expect(ending.status == .exited(42))
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

    @Test(arguments: [
        [], ["a", "b"], ["--what"], ["wallet", "--invoice"], ["vitrine:wallet", "--invoice", "f"], ["vitrine:"],
        ["vitrine:wallet?price=1"], ["vitrine://wallet"], ["--install", "/tmp", "wallet"], ["--dbus", "a b"],
        ["--install", "/tmp", "--dbus", "wallet"], ["--dbus", "wallet", "--idle", "0"], ["wallet", "--program", "/p"],
    ])
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
