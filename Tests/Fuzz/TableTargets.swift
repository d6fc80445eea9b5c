import Correspondence
import FuzzKit
import Pictures
import Wire

extension Targets {
    private static let table = CorrespondenceTable(
        version: 3, terminal: "till-1", user: "ada",
        rows: [
            CorrespondenceRow(
                application: "wallet", title: "Wallet", server: ServerAddress(host: "apps.example.org", port: 7443),
                entryModes: [.keys], accent: Colour(red: 11, green: 110, blue: 79),
                idleSeconds: 120, totalSeconds: 900),
            CorrespondenceRow(
                application: "records", title: "Health records",
                servers: [ServerAddress(host: "a", port: 1), ServerAddress(host: "2001:db8::1", port: 65535)],
                entryModes: [], accent: Colour(red: 1, green: 2, blue: 3), idleSeconds: 1, totalSeconds: 86_400,
                logo: [UInt8](repeating: 9, count: CorrespondenceLimits.digestBytes), localFallback: true,
                launchers: [.home, .user(1000)], storedData: ["account", "identity"]),
        ])

    private static let signed = SignedTable(signing: table) { _ in [UInt8](repeating: 3, count: 64) }

    static let correspondence = FuzzTarget(name: "correspondence", corpus: [table.encoded()]) { input in
        verdict {
            let table = try CorrespondenceTable(decoding: input)
            return try CorrespondenceTable(decoding: table.encoded()) == table
        }
    }

    /// As if each signature held: what lies behind the check must stand foreign bytes, too.
    static let signedTable = FuzzTarget(name: "signed-table", corpus: [signed.bytes]) { input in
        verdict {
            var signature: [UInt8] = []
            let table = try SignedTable(decoding: input) { _, given in
                signature = given
                return true
            }
            let again = SignedTable(signing: table.table) { _ in signature }
            return try SignedTable(decoding: again.bytes) { _, given in given == signature }.table == table.table
        }
    }

    static let tableBundle = FuzzTarget(
        name: "table-bundle",
        corpus: [
            TableBundle(table: signed.bytes, logos: [:]).encoded(),
            TableBundle(
                table: [1],
                logos: [
                    [UInt8](repeating: 9, count: CorrespondenceLimits.digestBytes):
                        Picture(size: PixelSize(width: 2, height: 1)).encodedLogo()
                ]
            ).encoded(),
        ]
    ) { input in
        verdict {
            let bundle = try TableBundle(decoding: input)
            return try TableBundle(decoding: bundle.encoded()) == bundle
        }
    }
}
