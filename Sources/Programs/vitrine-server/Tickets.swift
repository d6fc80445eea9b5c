internal import Evidence
internal import LinuxBase
internal import Measurements
internal import Wire

/// Lets terminals that were attested a moment ago back in without asking their TPM again. In memory only; a value.
///
/// A ticket lives no longer than the attestation behind it, however often it is used, and belongs to one certificate.
struct Tickets {
    struct Ticket: Sendable {
        var secret: [UInt8]
        /// When the terminal is to be attested again.
        var until: MonotonicTime
    }

    private var tickets: [[UInt8]: Ticket] = [:]

    /// A new secret for the terminal with this certificate; the one before it is worth nothing any more.
    mutating func issue(to fingerprint: [UInt8], until: MonotonicTime) throws(SystemCallError) -> [UInt8] {
        let secret = try Random.bytes(WireLimits.ticketBytes)
        tickets[fingerprint] = Ticket(secret: secret, until: until)
        return secret
    }

    /// The terminal with this ticket was attested again.
    mutating func extend(_ secret: [UInt8], of fingerprint: [UInt8], until: MonotonicTime) {
        tickets[fingerprint] = Ticket(secret: secret, until: until)
    }

    /// Until when the terminal need not be attested; nil for a ticket that is not good. Each is taken once.
    mutating func redeem(_ secret: [UInt8], of fingerprint: [UInt8], now: MonotonicTime) -> MonotonicTime? {
        guard let ticket = tickets[fingerprint], ticket.secret.isEqualInConstantTime(to: secret) else { return nil }
        tickets.removeValue(forKey: fingerprint)
        return now < ticket.until ? ticket.until : nil
    }

    /// The terminal has failed to prove itself.
    mutating func forget(_ fingerprint: [UInt8]) { tickets.removeValue(forKey: fingerprint) }

    /// Drops what is over; called now and then.
    mutating func sweep(now: MonotonicTime) { tickets = tickets.filter { now < $0.value.until } }
}

extension [UInt8] {
    /// In time that depends on the lengths only.
    func isEqualInConstantTime(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(self, other) { difference |= a ^ b }
        return difference == 0
    }
}
