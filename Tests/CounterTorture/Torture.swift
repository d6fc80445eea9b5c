import Glibc
import LinuxBase
import Measurements
import Rig

/// One system, payment after payment.
struct Torture {
    enum Victim: CaseIterable { case nobody, terminal, server, wallet, bank, line }

    /// What whoever stands at the counter knows in the end.
    enum Told: Equatable { case approved, notPaid }

    private let rig: Rig
    private var kills: [Victim: Int] = [:]
    private var approved = 0
    private var wrong: [String] = []

    var isSound: Bool { wrong.isEmpty }
    var summary: String {
        let counts = Victim.allCases.map { "\($0) \(kills[$0] ?? 0)" }.joined(separator: ", ")
        return "\(approved) approved; killed: \(counts); wrong: \(wrong.count)"
            + wrong.map { "\n  \($0)" }.joined()
    }

    init() throws {
        var options = Rig.Options()
        options.isRelayed = true
        // Enough for every payment there will be.
        options.balance = "9999999.00"
        options.limit = "9999999.00"
        rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("link_up")
    }

    mutating func cycle(_ number: Int) throws {
        let invoice = "torture-\(number)"
        let victim = Victim.allCases.randomElement() ?? .nobody
        kills[victim, default: 0] += 1
        let told = try pay(invoice, victim)
        if told == .approved { approved += 1 }
        // What was not told as approved is taken back, which may take the gateway some seconds.
        let wanted = told == .approved ? 1 : 0
        do {
            try wait(for: "the bank to agree", timeout: .seconds(40), log: { rig.logs() }) {
                try taken(invoice) == wanted
            }
        } catch {
            wrong.append("\(invoice): \(victim) killed, told \(told), taken \(try taken(invoice)) times")
        }
    }

    private func taken(_ invoice: String) throws -> Int {
        try rig.issuer?.ledger().entries.count { $0.invoice == invoice && $0.isTaken } ?? 0
    }

    private func pay(_ invoice: String, _ victim: Victim) throws -> Told {
        let mark = try rig.mark()
        let before = try rig.text(of: rig.terminalLog).utf8.count
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "1.00", identifier: invoice))
        try rig.event("shown", from: mark)
        // From the first digit to the answer on the screen, and more often while the bank is asked.
        let moment = Duration.milliseconds(Int64.random(in: Bool.random() ? 40...140 : 0...700))
        let start = Clock.now()
        for key in ["4", "7", "1", "1", "ok"] {
            try rig.type(key)
            Clock.sleep(.milliseconds(10))
        }
        Clock.sleep(max(.zero, moment - (Clock.now() - start)))
        try kill(victim)
        let end = try launch.wait(timeout: .seconds(60))
        // The launcher is told what is sure at that moment; what is not is asked for by the terminal.
        if end.status == 0 { return .approved }
        return try recalled(since: before) ?? .notPaid
    }

    /// Waits until the terminal owes nobody an answer: it has said what came of the payment, or has not asked.
    private func recalled(since before: Int) throws -> Told? {
        func news() throws -> String {
            String(decoding: Array(try rig.text(of: rig.terminalLog).utf8.dropFirst(before)), as: UTF8.self)
        }
        Clock.sleep(.milliseconds(300))
        guard try news().contains("asking for the outcome") else { return nil }
        try wait(for: "the outcome that was asked for", timeout: .seconds(60), log: { rig.logs() }) {
            let text = try news()
            return text.contains("the outcome was:") || text.contains("nothing came of it")
        }
        return try news().contains("the outcome was: approved") ? .approved : .notPaid
    }

    private func kill(_ victim: Victim) throws {
        switch victim {
        case .nobody: break
        case .terminal:
            try rig.stopTerminal(.kill)
            let mark = try rig.mark()
            try rig.startTerminal()
            try rig.event("link_up", from: mark, timeout: .seconds(30))
        case .server:
            try rig.stopServer(.kill)
            try rig.startServer()
        case .wallet: for cell in try rig.cells() { Glibc.kill(cell, SIGKILL) }
        case .bank:
            try rig.issuer?.kill()
            Clock.sleep(.milliseconds(Int64.random(in: 0...300)))
            try rig.issuer?.start()
        case .line:
            try rig.relay?.cut()
            Clock.sleep(.milliseconds(Int64.random(in: 0...500)))
            try rig.relay?.mend()
        }
    }
}
