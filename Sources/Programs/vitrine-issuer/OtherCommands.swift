internal import ArgumentParser
internal import LinuxBase
internal import Secrets

struct CodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "code",
        abstract: "Prints a new one-time code: what a bank would send to the cardholder's telephone.",
        discussion: "It is good for one payment, until the next one is printed.")
    @OptionGroup var state: StateOption
    @OptionGroup var account: AccountNumber

    func run() throws {
        let ledger = try state.ledger()
        guard let code = try ledger.issueCode(digest: account.digest(ledger.keys)) else {
            throw Complaint("there is no such account")
        }
        print(String(decoding: code, as: UTF8.self))
    }
}

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Prints accounts and entries, account numbers masked.",
        discussion: """
            Fields are separated by tabs, amounts are minor units. "taken" entries stand in the balance; "refused" ones \
            took nothing; "reversed" ones took nothing or were given back.
            """)
    @OptionGroup var state: StateOption

    func run() throws {
        let ledger = try state.ledger()
        print("# account", "number", "currency", "opening", "balance", "condition", separator: "\t")
        for line in try ledger.accountLines() {
            print(
                "account", line.masked, line.currency, line.opening, line.balance, line.condition, separator: "\t")
        }
        print(
            "# entry", "number", "terminal", "trace", "transmitted", "reference", "account", "amount", "currency",
            "response", "condition", "invoice", separator: "\t")
        for line in try ledger.entryLines() {
            let condition = line.isReversed ? "reversed" : line.taken > 0 ? "taken" : "refused"
            print(
                "entry", line.number, line.terminal, line.traceNumber, line.transmitted, line.reference, line.masked,
                line.amount, line.currency, line.response, condition, line.invoice, separator: "\t")
        }
    }
}

struct InitialKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "initial-key", abstract: "Derives a terminal's initial PIN key (AES DUKPT, X9.24-3).")
    @OptionGroup var state: StateOption
    @Option(help: "The initial key's identifier: 8 bytes in hexadecimal, another one for each terminal.")
    var identifier: String
    @Option(help: "Where to put the key, in hexadecimal, mode 0600.")
    var output: String

    func run() throws {
        guard let identifier = [UInt8](hexadecimal: Array(identifier.utf8)), identifier.count == 8 else {
            throw Complaint("an identifier has 16 hexadecimal digits")
        }
        let key = try state.keys().initialKey(identifier)
        var bytes = key.copied()
        var text = Array((bytes.hexadecimal + "\n").utf8)
        defer {
            wipe(&bytes)
            wipe(&text)
        }
        try Files.replace(output, with: text, mode: 0o600)
    }
}
