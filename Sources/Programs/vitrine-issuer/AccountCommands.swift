internal import ArgumentParser
internal import FoundationEssentials
internal import ISO8583
internal import LinuxBase
internal import Secrets

/// An account number on the command line, or with a dash from standard input, where no process list shows it.
struct AccountNumber: ParsableArguments {
    @Option(name: .customLong("account"), help: "A test account number; a dash reads it from standard input.")
    var given: String

    /// ASCII digits: the caller wipes them.
    func digits() throws -> [UInt8] {
        let digits = Array((given == "-" ? readLine() ?? "" : given).utf8)
        guard (8...19).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw Complaint("an account number has 8 to 19 digits")
        }
        guard TestAccounts.contains(digits) else {
            throw Complaint(
                "this is no test account number: they begin with \(TestAccounts.ranges.joined(separator: ", "))")
        }
        return digits
    }

    func digest(_ keys: IssuerKeys) throws -> [UInt8] {
        var digits = try digits()
        defer { wipe(&digits) }
        return keys.digest(account: digits)
    }
}

/// Money as people write it, in minor units: `500`, `500.5`, `500.00`.
struct Money: ExpressibleByArgument {
    let minorUnits: Int64

    init?(argument: String) {
        let parts = argument.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let cents = parts.count == 2 ? String(parts[1]) : "00"
        guard let whole = parts.first, (1...10).contains(whole.utf8.count), (1...2).contains(cents.utf8.count),
            (whole + cents).utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int64(whole + cents + (cents.utf8.count == 1 ? "0" : ""))
        else { return nil }
        minorUnits = value
    }
}

/// `YYMM`.
struct ExpiryDate: ExpressibleByArgument {
    let expiry: Expiry
    init?(argument: String) {
        guard argument.utf8.count == 4, let number = Int(argument), number >= 0,
            let expiry = Expiry(year: number / 100, month: number % 100)
        else { return nil }
        self.expiry = expiry
    }
}

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Adds, blocks and unblocks accounts.",
        subcommands: [Add.self, Block.self, Unblock.self])

    private static func setBlocked(_ isBlocked: Bool, _ account: AccountNumber, _ state: StateOption) throws {
        let ledger = try state.ledger()
        guard try ledger.setBlocked(isBlocked, digest: account.digest(ledger.keys)) else {
            throw Complaint("there is no such account")
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Opens an account under a test account number.",
            discussion: "Amounts are those of the account's currency, with two decimals: 250.00.")
        @OptionGroup var state: StateOption
        @OptionGroup var account: AccountNumber
        @Option(help: "The card's last month, YYMM.")
        var expiry: ExpiryDate
        @Option(help: "What is in the account.")
        var balance: Money
        @Option(help: "Three letters (ISO 4217).")
        var currency = "EUR"
        @Option(help: "The most that one payment may take.")
        var limit: Money?
        @Option(help: "The PIN, 4 to 12 digits; a dash reads it from standard input.")
        var pin: String?
        @Option(help: "Above this amount a payment needs the PIN.")
        var pinAbove: Money?
        @Option(help: "Above this amount a payment needs a one-time code (see vitrine-issuer code).")
        var codeAbove: Money?
        @Option(help: "Above this amount a payment needs the cardholder's identification.")
        var identificationAbove: Money?
        @Option(help: "The identification: printable characters.")
        var identification: String?

        func validate() throws {
            guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
                throw ValidationError("--currency takes three capital letters")
            }
            guard pinAbove == nil || pin != nil else { throw ValidationError("--pin-above needs --pin") }
            guard codeAbove == nil || identificationAbove == nil else {
                throw ValidationError("either --code-above or --identification-above")
            }
            guard (identificationAbove == nil) == (identification == nil) else {
                throw ValidationError("--identification-above and --identification go together")
            }
        }

        func run() throws {
            var digits = try account.digits()
            defer { wipe(&digits) }
            let proof =
                codeAbove.map { Account.Proof(kind: .code, above: $0.minorUnits) }
                ?? identificationAbove.map { Account.Proof(kind: .identification, above: $0.minorUnits) }
            let new = NewAccount(
                digits: SecretBytes(copying: digits), expiry: expiry.expiry, currency: currency,
                balance: balance.minorUnits, limit: limit?.minorUnits ?? 999_999_999_999, pin: try secretPIN(),
                pinAbove: pinAbove?.minorUnits, proof: proof, identification: identification.map { Array($0.utf8) })
            try state.ledger().add(new)
            print("account \(TestAccounts.masked(digits)) added")
        }

        private func secretPIN() throws -> SecretBytes? {
            guard let pin else { return nil }
            var digits = Array((pin == "-" ? readLine() ?? "" : pin).utf8)
            defer { wipe(&digits) }
            guard (4...12).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw Complaint("a PIN has 4 to 12 digits")
            }
            return SecretBytes(copying: digits)
        }
    }

    struct Block: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Blocks an account.")
        @OptionGroup var state: StateOption
        @OptionGroup var account: AccountNumber

        func run() throws {
            try AccountCommand.setBlocked(true, account, state)
        }
    }

    struct Unblock: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Unblocks an account and forgets wrong PINs.")
        @OptionGroup var state: StateOption
        @OptionGroup var account: AccountNumber

        func run() throws {
            try AccountCommand.setBlocked(false, account, state)
        }
    }
}
