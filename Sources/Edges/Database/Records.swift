public import FoundationEssentials

/// What a record is about, as the operator reads it.
public enum RecordKind: String, Equatable, Sendable, CustomStringConvertible {
    case terminal, user, application, right, session, key, group, release
    case releaseKey = "release key"
    case endorsementRoot = "endorsement root"
    public var description: String { rawValue }
}

/// A terminal and the one certificate by which it is known.
public struct TerminalRecord: Equatable, Sendable {
    public var name: String
    /// SHA-256 of the certificate's DER, 32 bytes.
    public var fingerprint: [UInt8]
    /// The certificate's serial number, lower-case hex.
    public var serial: String
    /// The certificate itself, PEM.
    public var certificate: String
    public var enrolled: Date
    /// The end of the certificate's validity.
    public var expires: Date
    public var revoked: Date?
    /// The TPM behind it; nil for a terminal that was enrolled by its channel's key alone, and can attest nothing.
    public var identity: TerminalIdentity?
    /// What it is judged by; see `GroupRecord`.
    public var group: String
    /// A renewed certificate that it has not used yet; both are good until it does.
    public var next: NextCertificate?

    public init(
        name: String, fingerprint: [UInt8], serial: String, certificate: String, enrolled: Date, expires: Date,
        revoked: Date? = nil, identity: TerminalIdentity? = nil, group: String = GroupRecord.usual,
        next: NextCertificate? = nil
    ) {
        self.name = name
        self.fingerprint = fingerprint
        self.serial = serial
        self.certificate = certificate
        self.enrolled = enrolled
        self.expires = expires
        self.revoked = revoked
        self.identity = identity
        self.group = group
        self.next = next
    }
}

/// The keys of a terminal's TPM, and whether the enrolment was finished by it.
public struct TerminalIdentity: Equatable, Sendable {
    /// TPMT_PUBLIC of the attestation key.
    public var attestationArea: [UInt8]
    /// SHA-256 of the endorsement certificate's DER, 32 bytes.
    public var endorsement: [UInt8]
    /// SHA-256 of the activation secret; nil once it has done its work.
    public var activation: [UInt8]?
    /// When the secret was first seen.
    public var activated: Date?

    public init(attestationArea: [UInt8], endorsement: [UInt8], activation: [UInt8]?, activated: Date? = nil) {
        self.attestationArea = attestationArea
        self.endorsement = endorsement
        self.activation = activation
        self.activated = activated
    }
}

/// A certificate that replaces another at its first use.
public struct NextCertificate: Equatable, Sendable {
    /// SHA-256 of the certificate's DER, 32 bytes.
    public var fingerprint: [UInt8]
    public var serial: String
    /// PEM.
    public var certificate: String
    public var expires: Date

    public init(fingerprint: [UInt8], serial: String, certificate: String, expires: Date) {
        self.fingerprint = fingerprint
        self.serial = serial
        self.certificate = certificate
        self.expires = expires
    }
}

public struct UserRecord: Equatable, Sendable {
    public var name: String
    public var created: Date
    /// Complementary data for applications, by name.
    public var data: [String: String]
}

/// This user may run this application on this terminal.
public struct RightRecord: Equatable, Sendable {
    public var terminal: String
    public var user: String
    public var application: String
    public var granted: Date
}

/// One imported version of an application.
public struct ApplicationRecord: Equatable, Sendable {
    public var id: String
    /// SHA-256 over its files, lower-case hex.
    public var digest: String
    public var version: String
    public var title: String
    /// The text of its `vitrine.toml`.
    public var manifest: String
    /// Relative to the state's folder of applications: a state folder may be moved.
    public var folder: String
    /// New sessions get this version.
    public var enabled: Bool
    public var imported: Date
    /// Where it came from, for people to read.
    public var source: String
    /// SHA-256 of its image's manifest, lower-case hex; nil for a folder.
    public var image: String?
    /// The time that its signature says; nil for what nobody has signed.
    public var signed: Date?
    /// Stays the enabled one whatever is imported.
    public var pinned: Bool

    public init(
        id: String, digest: String, version: String, title: String, manifest: String, folder: String, enabled: Bool,
        imported: Date, source: String = "", image: String? = nil, signed: Date? = nil, pinned: Bool = false
    ) {
        self.id = id
        self.digest = digest
        self.version = version
        self.title = title
        self.manifest = manifest
        self.folder = folder
        self.enabled = enabled
        self.imported = imported
        self.source = source
        self.image = image
        self.signed = signed
        self.pinned = pinned
    }
}

/// How a session ended, as the audit keeps it.
public enum SessionOutcome: String, Equatable, Sendable, CaseIterable {
    case approved, declined, needsMore, ended, cancelled, failed
    /// The server ended before the session did.
    case interrupted
}

public struct SessionRecord: Equatable, Sendable {
    public var id: Int64
    public var terminal: String
    public var user: String
    public var application: String
    public var digest: String
    public var started: Date
    public var ended: Date?
    public var outcome: SessionOutcome?
    public var detail: String
}

/// Something the operator may want to know later: a refusal, an enrolment, a revocation.
public struct NoteRecord: Equatable, Sendable {
    public var id: Int64
    public var at: Date
    public var event: String
    public var terminal: String?
    public var detail: String
}

/// Bounds of what goes into a record.
public enum RecordLimits {
    /// As the wire has it: an identifier of at most 64 bytes.
    public static let nameBytes = 64
    /// As the wire has it: a text of at most 256 bytes.
    public static let valueBytes = 256
    /// As the wire has it: a map of at most 64 items.
    public static let dataItems = 64
    public static let detailBytes = 512
    /// Longest text of a correspondence row's setting, UTF-8.
    public static let settingBytes = 4096
    /// Attestations kept for each terminal.
    public static let attestations = 1000
    /// Notes and ended sessions beyond the newest this many are dropped, so that no peer can fill the disk.
    public static let auditRows = 100_000

    /// Names are used in file names, certificates and logs: letters, digits and `. _ - @`, not starting with a dot or dash.
    public static func check(_ kind: RecordKind, _ name: String) throws(DatabaseError) {
        let inner = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@"
        guard let first = name.first, name.utf8.count <= nameBytes else {
            throw .badName(kind, name: shortened(name, to: nameBytes), rule: "1 to \(nameBytes) characters")
        }
        guard first != ".", first != "-", name.allSatisfy(inner.contains) else {
            let rule = "letters, digits and . _ - @ only, not starting with . or -"
            throw .badName(kind, name: name, rule: rule)
        }
    }

    /// The longest start of `text` that has at most `limit` bytes of UTF-8.
    static func shortened(_ text: String, to limit: Int) -> String {
        var result = ""
        var bytes = 0
        for character in text {
            bytes += character.utf8.count
            guard bytes <= limit else { break }
            result.append(character)
        }
        return result
    }
}
