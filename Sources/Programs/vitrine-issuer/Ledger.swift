internal import Database
internal import LinuxBase

/// Accounts and what was done to them, on the disk. Blocks: lives on the ledger's thread, or in a command.
///
/// A payment is known by fields 32, 41, 11, 7 and 37 of its request, and has one entry for ever:
///
/// ```
///  0200, 0201 ──► entry (answered; money taken, or not) ──0420──► reversed (money back)
///  0420 first ──► entry (nothing taken, reversed) : a request that comes later is refused
/// ```
final class Ledger: Sendable {
    let file: RecordFile
    let keys: IssuerKeys

    init(folder: String, keys: IssuerKeys) throws(DatabaseError) {
        file = try RecordFile(path: folder + "/ledger.sqlite", versions: Self.versions)
        self.keys = keys
    }

    private static let versions = [
        """
        CREATE TABLE accounts (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            -- Of the account number, under the issuer's key.
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            masked TEXT NOT NULL,
            currency TEXT NOT NULL,
            expiry INTEGER NOT NULL,
            opening INTEGER NOT NULL,
            balance INTEGER NOT NULL CHECK (balance >= 0),
            payment_limit INTEGER NOT NULL,
            blocked INTEGER NOT NULL DEFAULT 0,
            salt BLOB NOT NULL,
            pin_reference BLOB,
            pin_above INTEGER,
            pin_tries INTEGER NOT NULL DEFAULT 0,
            proof TEXT CHECK (proof IN ('code', 'identification')),
            proof_above INTEGER,
            identification BLOB,
            proof_tries INTEGER NOT NULL DEFAULT 0,
            code_issued INTEGER NOT NULL DEFAULT 0,
            code_used INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE entries (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            acquirer TEXT NOT NULL,
            terminal TEXT NOT NULL,
            trace INTEGER NOT NULL,
            transmitted TEXT NOT NULL,
            reference TEXT NOT NULL,
            -- NULL: no such account, or reversed before it was asked for.
            account INTEGER REFERENCES accounts (number),
            -- What a repeat is compared by.
            asked BLOB,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            merchant TEXT NOT NULL,
            invoice TEXT NOT NULL,
            response TEXT NOT NULL,
            detail TEXT,
            approval TEXT,
            taken INTEGER NOT NULL CHECK (taken IN (0, amount)),
            reversed INTEGER NOT NULL DEFAULT 0,
            made INTEGER NOT NULL,
            UNIQUE (acquirer, terminal, trace, transmitted, reference)
        ) STRICT;
        -- Key serial numbers of PIN blocks: one block is good for one payment.
        CREATE TABLE serial_numbers (serial BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        """
    ]
}
