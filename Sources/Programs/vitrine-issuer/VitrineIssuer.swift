// vitrine-issuer: a small issuer host for tests and demonstrations, never for anybody's money: ISO 8583 over TCP in
// front of a ledger in SQLite. Owns its state folder: the ledger, the key that accounts and codes are kept under, the
// base derivation key of PINs. Its threads: an event loop for connections, one for the ledger, which waits for the
// disk.

internal import ArgumentParser

@main
struct VitrineIssuer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-issuer",
        abstract: "A demonstration issuer: accounts, balances and answers to ISO 8583 payments.",
        discussion: """
            A test and demonstration part of Vitrine. It takes test account numbers only, keeps its keys in files beside \
            its ledger instead of in a security module, and must never be in charge of real money. It speaks \
            ISO 8583:1987 in ASCII with two bytes of length in front of each message.
            """,
        subcommands: [
            ServeCommand.self, AccountCommand.self, CodeCommand.self, LedgerCommand.self, InitialKeyCommand.self,
        ])
}

struct StateOption: ParsableArguments {
    @Option(help: "The issuer's state folder; made where it is missing.")
    var state: String

    func keys() throws -> IssuerKeys { try IssuerKeys(folder: state) }
    func ledger() throws -> Ledger { try Ledger(folder: state, keys: keys()) }
}

/// Why the issuer will not do what it was asked; printed as it is, exit code 1.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
