// Admission: who may come in and what they may start (certificate → terminal, attestation → software, request → rights),
// the authority that makes the certificates, and the office that enrols terminals by their TPMs. The policy writes nothing;
// the appraiser and the office keep what they did in the directory. Logs nothing. Blocks for milliseconds at most.

internal import Crypto
public import Database
public import FoundationEssentials
internal import LinuxBase
internal import SwiftASN1
public import Wire
internal import X509

/// A terminal that has proved, by TLS with this certificate, that it is an enrolled one.
public struct AdmittedTerminal: Equatable, Sendable {
    public var name: String
    /// SHA-256 of the certificate's DER, 32 bytes.
    public var fingerprint: [UInt8]
    public var expires: Date
}

/// This user may run this application on this terminal, now.
public struct Grant: Equatable, Sendable {
    public var terminal: String
    public var user: String
    public var application: String
}

/// A refusal in two voices: what the terminal is told, and what the operator reads.
public struct AdmissionDenial: Error, Equatable, Sendable, CustomStringConvertible {
    public var refusal: Refusal
    /// For the operator's log: names the record that decided.
    public var reason: String
    /// The terminal's name where it is known.
    public var terminal: String?
    public var description: String { reason }
}

/// The rules of admission over the directory. A value; any thread may ask. A renewed certificate is as good as the one
/// before it until its first use: whoever lets a terminal in calls `Directory.promoteCertificate`.
public struct AdmissionPolicy: Sendable {
    /// Certificates are below a kilobyte; nothing longer is parsed.
    public static let certificateBytes = 8192

    private let directory: Directory
    private let authority: Certificate

    /// Reads the authority's certificate from the directory.
    public init(directory: Directory) throws(AdmissionError) {
        let pem: String?
        do { pem = try directory.authority() } catch { throw .directory(error) }
        guard let pem else { throw .noAuthority }
        do { authority = try Certificate(pemEncoded: pem) } catch {
            throw .badCertificate(what: "the authority's", detail: "\(error)")
        }
        self.directory = directory
    }

    /// Certificate → terminal. TLS has checked that the peer holds the certificate's key; everything else is checked here,
    /// the authority's signature included, so that this does not hang on how a TLS library was set up.
    public func terminal(certificate der: [UInt8], now: Date = Date()) throws(AdmissionDenial) -> AdmittedTerminal {
        guard der.count <= Self.certificateBytes, let certificate = try? Certificate(derEncoded: der) else {
            throw deny(.malformed, "certificate not readable", "\(der.count) bytes that are no certificate", nil)
        }
        let fingerprint = [UInt8](SHA256.hash(data: der))
        let shown = "certificate \(fingerprint.hexadecimal) (serial \(certificate.serialNumber.hexadecimal))"
        guard certificate.issuer == authority.subject,
            authority.publicKey.isValidSignature(certificate.signature, for: certificate)
        else { throw deny(.unknownTerminal, "certificate of another authority", "\(shown) is not ours", nil) }

        guard let record = try found({ () throws(DatabaseError) in try directory.terminal(fingerprint: fingerprint) })
        else { throw deny(.unknownTerminal, "certificate not enrolled", "\(shown) belongs to no terminal", nil) }
        guard record.revoked == nil else {
            let date = record.revoked.map(\.isoText) ?? ""
            throw deny(
                .unknownTerminal, "certificate revoked", "terminal \(record.name) was revoked on \(date)", record.name)
        }
        guard certificate.notValidBefore <= now else {
            let date = certificate.notValidBefore.isoText
            throw deny(
                .unknownTerminal, "certificate not valid yet",
                "terminal \(record.name)'s certificate is valid from \(date)", record.name)
        }
        guard now <= certificate.notValidAfter else {
            let date = certificate.notValidAfter.isoText
            throw deny(
                .unknownTerminal, "certificate expired", "terminal \(record.name)'s certificate expired on \(date)",
                record.name)
        }
        return AdmittedTerminal(name: record.name, fingerprint: fingerprint, expires: certificate.notValidAfter)
    }

    /// Request → rights. Looks the terminal up again: a connection may be older than a revocation.
    public func admit(
        _ request: ExecutionRequest, on terminal: AdmittedTerminal, now: Date = Date()
    ) throws(AdmissionDenial) -> Grant {
        try checkStanding(of: terminal, now: now)
        let name = terminal.name
        let known = try found { () throws(DatabaseError) in try directory.enabledApplication(request.application) }
        guard known != nil else {
            let reason = "terminal \(name) asked for application \(request.application.loggable), which is not there"
            throw deny(.unknownApplication, "no such application", reason, name)
        }
        let right = try found { () throws(DatabaseError) in
            try directory.hasRight(terminal: name, user: request.user, application: request.application)
        }
        guard right else {
            // One answer for an unknown user and a missing right: a terminal learns no names by asking.
            let asked = "user \(request.user.loggable) application \(request.application.loggable)"
            throw deny(.notPermitted, "not permitted", "no right: terminal \(name) \(asked)", name)
        }
        return Grant(terminal: name, user: request.user, application: request.application)
    }

    /// Whether a terminal that was let in may stay.
    public func checkStanding(of terminal: AdmittedTerminal, now: Date = Date()) throws(AdmissionDenial) {
        let name = terminal.name
        let record = try found { () throws(DatabaseError) in try directory.terminal(named: name) }
        guard let record, [record.fingerprint, record.next?.fingerprint].contains(terminal.fingerprint) else {
            throw deny(.unknownTerminal, "certificate replaced", "terminal \(name) has another certificate now", name)
        }
        guard record.revoked == nil else {
            throw deny(.unknownTerminal, "certificate revoked", "terminal \(name) was revoked while connected", name)
        }
        guard now <= terminal.expires else {
            throw deny(
                .unknownTerminal, "certificate expired", "terminal \(name)'s certificate expired while connected", name)
        }
    }

    private func found<Value>(_ body: () throws(DatabaseError) -> Value) throws(AdmissionDenial) -> Value {
        do { return try body() } catch { throw deny(.internalFailure, "server failure", error.description, nil) }
    }

    private func deny(
        _ code: Refusal.Code, _ told: String, _ reason: String, _ terminal: String?
    ) -> AdmissionDenial {
        AdmissionDenial(refusal: Refusal(code: code, reason: told), reason: reason, terminal: terminal)
    }
}

extension String {
    /// Foreign text for a log line: quoted, one line, printable ASCII.
    var loggable: String {
        "\"" + String(unicodeScalars.prefix(64).map { $0.value >= 0x20 && $0.value < 0x7f ? Character($0) : "?" })
            + "\""
    }
}

extension Date {
    /// `2026-01-31T12:00:00Z`, in UTC.
    var isoText: String { formatted(.iso8601) }
}

extension Certificate.SerialNumber {
    var hexadecimal: String { bytes.hexadecimal }
}
