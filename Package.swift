// swift-tools-version: 6.2
import PackageDescription

// One package, five tiers (see README.md): C, Values, Edges, stages (Terminal, Server, Applications), Programs.
// A folder is a module. Imports go down only; Tests/LayeringTests holds them to it.

let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func named(_ names: String...) -> [Target.Dependency] { names.map { .byName(name: $0) } }

func system(_ name: String, pkgConfig: String? = nil, packages: [String]) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt(packages)])
}

func module(_ tier: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(tier)/\(name)", swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path ?? "Sources/Programs/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let certificates: [Target.Dependency] = [
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
]
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let cLibraries: [Target] = [
    .target(name: "CLinux", path: "Sources/C/CLinux"),
    .target(name: "CWiping", path: "Sources/C/CWiping"),
    system("CLibav", pkgConfig: "libavcodec", packages: ["libavcodec-dev"]),
    system("COpenSSL", pkgConfig: "libssl", packages: ["libssl-dev"]),
    system("CTss2", pkgConfig: "tss2-esys", packages: ["libtss2-dev"]),
    system("CLibyuv", packages: ["libyuv-dev"]),
    system("COpenH264", pkgConfig: "openh264", packages: ["libopenh264-dev"]),
    system("CPango", pkgConfig: "pangocairo", packages: ["libpango1.0-dev"]),
    system("CLibseccomp", pkgConfig: "libseccomp", packages: ["libseccomp-dev"]),
    system("CLibdrm", pkgConfig: "libdrm", packages: ["libdrm-dev"]),
    system("CLibevdev", pkgConfig: "libevdev", packages: ["libevdev-dev"]),
    system("CSystemd", pkgConfig: "libsystemd", packages: ["libsystemd-dev"]),
    system("CZlib", pkgConfig: "zlib", packages: ["zlib1g-dev"]),
    system("CPcsclite", pkgConfig: "libpcsclite", packages: ["libpcsclite-dev"]),
    system("CAlsa", pkgConfig: "alsa", packages: ["libasound2-dev"]),
    system("CZbar", pkgConfig: "zbar", packages: ["libzbar-dev"]),
    .target(name: "CVideo4Linux", path: "Sources/C/CVideo4Linux"),
]

let values: [Target] = [
    module("Values", "Pictures"),
    module("Values", "Wire", named("Pictures")),
    module("Values", "Evidence", named("Wire")),
    module("Values", "Secrets"),
    module("Values", "EMV", named("Secrets")),
    module("Values", "Invoices", named("Wire")),
    module("Values", "PIN", named("Secrets")),
    module("Values", "ISO8583"),
    module("Values", "Measurements"),
]

let edges: [Target] = [
    module("Edges", "LinuxBase", named("CLinux", "Measurements")),
    module("Edges", "Codec", named("CLibav", "Pictures")),
    module("Edges", "TPM", named("CTss2", "LinuxBase", "Secrets")),
    module("Edges", "TLS", named("COpenSSL", "Secrets", "LinuxBase")),
    module("Edges", "Scaling", named("CLibyuv", "Pictures")),
    module("Edges", "AVC", named("COpenH264", "Pictures")),
    module("Edges", "RFB", named("Pictures", "Wire", "LinuxBase", "Measurements")),
    module("Edges", "PNG", named("CZlib", "Pictures")),
    module("Edges", "PCSC", named("CPcsclite", "Secrets", "Measurements")),
    module("Edges", "Sound", named("CAlsa", "LinuxBase")),
    module("Edges", "Zbar", named("CZbar", "Pictures")),
    module("Edges", "Camera", named("CVideo4Linux", "LinuxBase", "Pictures")),
    module("Edges", "Drawing", named("CPango", "Pictures", "LinuxBase")),
    module("Edges", "Database", named("LinuxBase") + [.product(name: "GRDB", package: "GRDB.swift")]),
    module("Edges", "DRM", named("CLibdrm", "LinuxBase", "Pictures", "Measurements")),
    module("Edges", "Evdev", named("CLibevdev", "LinuxBase", "Measurements")),
    module("Edges", "DBus", named("CSystemd", "LinuxBase")),
    module("Edges", "Confinement", named("CLibseccomp", "LinuxBase")),
]

let terminal: [Target] = [
    module("Terminal", "Launch", named("Wire", "LinuxBase", "Measurements")),
    module("Terminal", "Correspondence", named("Evidence", "Wire", "Pictures")),
    module("Terminal", "Seal", named("Evidence", "TPM", "TLS", "LinuxBase", "Secrets", "Wire")),
    module("Terminal", "Hold", named("Pictures", "Wire", "Correspondence")),
    module("Terminal", "SecureChannel", named("Wire", "Evidence", "TLS", "LinuxBase", "Measurements")),
    module("Terminal", "Stream", named("Wire", "Pictures", "Measurements")),
    module("Terminal", "Decoder", named("Pictures", "LinuxBase", "Measurements")),
    module("Terminal", "Cage", named("Confinement", "LinuxBase")),
    module("Terminal", "Plane", named("Wire", "Pictures", "DRM", "Scaling", "PNG", "RFB", "LinuxBase", "Measurements")),
    module("Terminal", "Keys", named("Wire", "Evdev", "LinuxBase", "Measurements")),
    module("Terminal", "Entry", named("Wire", "PIN", "Secrets", "Measurements")),
    module("Terminal", "Touch", named("Wire", "Pictures", "Evdev", "Measurements")),
    module("Terminal", "Tones", named("Sound", "LinuxBase", "Measurements")),
    module("Terminal", "Cards", named("EMV", "Invoices", "PCSC", "LinuxBase", "Measurements")),
    module("Terminal", "Codes", named("Invoices", "Zbar", "Camera", "Pictures", "LinuxBase", "Measurements")),
]

let server: [Target] = [
    module("Server", "Accept", named("Wire", "Evidence") + nio + [nioTLS, tls, log] + certificates),
    module(
        "Server", "Admission",
        named("Wire", "Evidence", "Database", "LinuxBase")
            + [.product(name: "CryptoExtras", package: "swift-crypto")] + certificates),
    module(
        "Server", "Catalogue",
        named("Wire", "Evidence", "Database", "Pictures", "LinuxBase", "Measurements") + [
            .product(name: "TOMLKit", package: "TOMLKit"), .product(name: "Crypto", package: "swift-crypto"),
        ]),
    module(
        "Server", "Cell", named("Wire", "LinuxBase", "Confinement", "Pictures", "Measurements") + [log]),
    module("Server", "Capture", named("RFB", "Pictures", "LinuxBase", "Measurements")),
    module("Server", "Encode", named("AVC", "Scaling", "Pictures")),
    module("Server", "Send", named("Wire", "Pictures", "Measurements")),
    module("Server", "Commands", named("Wire", "RFB", "LinuxBase")),
    module(
        "Server", "Payments",
        named("ISO8583", "Secrets", "Database", "LinuxBase", "Measurements") + nio + [tls, log]),
]

let applications: [Target] = [
    module("Applications", "Kit", named("Wire", "RFB", "Drawing", "Pictures", "LinuxBase", "Measurements")),
    module("Applications", "Kiosk", named("Wire", "Pictures", "LinuxBase")),
    module("Applications", "WalletScreens", named("Kit", "Drawing", "Pictures", "Wire", "Secrets", "TLS")),
    program(
        "Wallet", named("WalletScreens", "Kit", "Pictures", "Wire"), path: "Sources/Applications/Wallet"),
]

let programs: [Target] = [
    program(
        "vitrine-terminal",
        named(
            "Launch", "Correspondence", "Seal", "Hold", "SecureChannel", "Stream", "Decoder", "Plane", "Keys",
            "Entry", "Cards", "Codes", "Tones", "Touch", "Evidence", "Wire", "EMV", "Invoices", "PIN", "Pictures",
            "Measurements", "LinuxBase", "Secrets", "TPM", "TLS", "CWiping")
            + [log]),
    program(
        "vitrine-decoder", named("Decoder", "Codec", "Cage", "LinuxBase", "Pictures", "Measurements")),
    program(
        "vitrine-launch",
        named("Launch", "Codes", "Invoices", "DBus", "PNG", "Pictures", "Wire", "LinuxBase", "Measurements")),
    program(
        "vitrine-provision",
        named(
            "Seal", "TPM", "TLS", "Correspondence", "Evidence", "PIN", "Wire", "Pictures", "Measurements", "LinuxBase",
            "Secrets", "CWiping")),
    program("vitrine-measure", named("TPM", "TLS", "Evidence", "LinuxBase")),
    program(
        "vitrine-release",
        named("Evidence", "Wire", "LinuxBase") + [arguments, .product(name: "Crypto", package: "swift-crypto")]),
    program(
        "vitrine-server",
        named(
            "Accept", "Admission", "Catalogue", "Cell", "Capture", "Encode", "Send", "Commands", "Payments", "RFB",
            "Wire", "Evidence", "Pictures", "Database", "Secrets", "ISO8583", "Measurements", "LinuxBase", "CWiping")
            + nio + [tls, log, arguments, lifecycle, unixSignals]
            + certificates),
    program(
        "vitrine-issuer",
        named("ISO8583", "PIN", "Secrets", "Database", "LinuxBase", "CWiping") + nio + [
            tls, log, arguments, lifecycle, unixSignals, .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
        ]),
    program("vitrine-cell", named("Cell", "Confinement", "LinuxBase")),
    program("vitrine-web", named("Kiosk", "Wire", "Pictures", "LinuxBase")),
    program(
        "vitrinectl",
        named(
            "Admission", "Catalogue", "Cell", "Capture", "RFB", "PNG", "Database", "Drawing", "Pictures", "Wire",
            "Evidence", "Correspondence", "LinuxBase", "Measurements")
            + [arguments] + certificates),
]

let testTargets: [Target] = [
    tests(
        "PaymentsTests",
        named(
            "Payments", "ISO8583", "PIN", "Secrets", "Database", "TLS", "Rig", "FuzzKit", "LinuxBase", "Measurements",
            "vitrine-issuer", "vitrine-payment-torture") + nio + [tls, log]),
    program(
        "vitrine-payment-torture",
        named("Payments", "ISO8583", "Secrets", "Rig", "LinuxBase", "Measurements", "vitrine-issuer") + nio + [log],
        path: "Tests/PaymentTorture"),
    tests("TonesTests", named("Tones", "Sound", "LinuxBase", "Measurements")),
    tests(
        "TouchTests",
        named("Touch", "Evdev", "Wire", "Pictures", "LinuxBase", "Measurements", "Rig", "vitrine-keypad-probe")),
    .target(name: "Legibility", dependencies: named("Pictures"), path: "Tests/Legibility", swiftSettings: strict),
    tests("WireTests", named("Wire", "Pictures", "FuzzKit", "LinuxBase")),
    tests("ValuesTests", named("Pictures", "Secrets", "Measurements")),
    tests("EvidenceTests", named("Evidence", "Wire", "TLS", "FuzzKit")),
    tests(
        "AttestationTests",
        named("Admission", "Database", "Evidence", "Wire", "TPM", "Secrets", "Rig", "LinuxBase") + certificates),
    tests("LinuxBaseTests", named("LinuxBase", "Measurements")),
    tests("EMVTests", named("EMV", "Secrets", "FuzzKit", "LinuxBase")),
    tests("InvoicesTests", named("Invoices", "Wire", "LinuxBase", "FuzzKit")),
    tests("CodesTests", named("Codes", "Zbar", "Camera", "Invoices", "Pictures", "LinuxBase")),
    tests(
        "CardsTests",
        named("Cards", "EMV", "Invoices", "PCSC", "CardKit", "Wire", "Secrets", "LinuxBase", "Measurements")),
    .target(
        name: "CardKit", dependencies: named("LinuxBase", "Measurements"), path: "Tests/CardKit", swiftSettings: strict),
    .target(name: "CardGate", dependencies: named("CPcsclite"), path: "Tests/CardGate"),
    program("vitrine-card", named("CardKit", "LinuxBase", "Measurements"), path: "Tests/VirtualCard"),
    tests("PINTests", named("PIN", "TLS", "Secrets", "FuzzKit", "LinuxBase")),
    tests("ISO8583Tests", named("ISO8583", "FuzzKit", "LinuxBase")),
    tests("TPMTests", named("TPM", "TLS", "Evidence", "Secrets", "Rig", "LinuxBase", "vitrine-measure")),
    tests("TLSTests", named("TLS", "TPM", "Secrets", "Rig", "LinuxBase", "Measurements")),
    tests(
        "SealTests",
        named("Seal", "TPM", "TLS", "Evidence", "Secrets", "Rig", "LinuxBase", "Measurements", "vitrine-torture")),
    tests(
        "ScreenTests",
        named(
            "Hold", "Plane", "PNG", "Pictures", "Scaling", "Correspondence", "Evidence", "RFB", "LinuxBase", "Wire",
            "Drawing", "Measurements", "Legibility")),
    tests(
        "EntryTests",
        named(
            "Keys", "Evdev", "Entry", "Launch", "DBus", "PNG", "Pictures", "PIN", "TLS", "Secrets", "Wire", "LinuxBase",
            "Measurements", "vitrine-launch", "vitrine-keypad-probe")),
    tests(
        "DecoderTests",
        named("DRM", "Decoder", "Codec", "AVC", "Encode", "Scaling", "Pictures", "LinuxBase", "Measurements")),
    tests(
        "CageTests",
        named(
            "Decoder", "Encode", "LinuxBase", "Measurements", "Pictures", "vitrine-decoder", "vitrine-hostile-decoder")),
    tests("DisplayTests", named("Plane", "DRM", "Pictures", "LinuxBase", "Measurements")),
    tests("SecureChannelTests", named("SecureChannel", "Stream", "Wire", "Pictures", "Measurements")),
    tests(
        "ServerTests",
        named(
            "Accept", "Admission", "Catalogue", "Send", "Commands", "Database", "Wire", "Pictures", "Measurements",
            "LinuxBase", "RFB", "Rig") + nio + [nioTLS, tls, log] + certificates),
    tests(
        "CatalogueTests",
        named(
            "Admission", "Catalogue", "Database", "LinuxBase", "Measurements", "Rig", "vitrinectl", "vitrine-cell")
            + certificates),
    tests(
        "CellTests",
        named("Cell", "Capture", "RFB", "Pictures", "Wire", "LinuxBase", "Measurements", "Confinement", "vitrine-cell")),
    tests(
        "KitTests",
        named(
            "Kit", "WalletScreens", "Drawing", "RFB", "Pictures", "Wire", "LinuxBase", "Measurements", "Legibility")),
    tests("LayeringTests", named("LinuxBase")),
    tests(
        "IntegrationTests",
        named(
            "Rig", "CardKit", "Wire", "Pictures", "LinuxBase", "Measurements", "RFB", "PNG", "Drawing", "Evidence",
            "Hold", "TPM", "TLS", "Secrets", "vitrine-counter-torture")),
    .target(
        name: "FuzzKit", dependencies: named("Wire", "Pictures"), path: "Tests/FuzzKit", swiftSettings: strict),
    .target(
        name: "Rig",
        dependencies: named("LinuxBase", "Measurements", "Pictures", "Wire", "Drawing", "Plane", "WalletScreens"),
        path: "Tests/Rig",
        swiftSettings: strict),
    program(
        "vitrine-demo",
        named(
            "Rig", "LinuxBase", "Measurements", "Pictures", "Wire", "Evidence", "Correspondence", "Hold", "Drawing",
            "Kit",
            "WalletScreens"), path: "Tests/Demo"),
    program(
        "vitrine-keypad-probe",
        named("Keys", "Touch", "Evdev", "CLibevdev", "Wire", "Pictures", "LinuxBase", "Measurements"),
        path: "Tests/KeypadProbe"),
    .target(name: "CHostileActs", path: "Tests/HostileActs"),
    program(
        "vitrine-hostile-decoder",
        named("CHostileActs", "Cage", "Codec", "Confinement", "Decoder", "LinuxBase", "Pictures"),
        path: "Tests/HostileDecoder"),
    tests("KioskTests", named("Kiosk", "Wire", "Pictures", "LinuxBase")),
    program("vitrine-counter-torture", named("Rig", "LinuxBase", "Measurements"), path: "Tests/CounterTorture"),
    program(
        "vitrine-torture",
        named("Seal", "TPM", "TLS", "Evidence", "Secrets", "Rig", "LinuxBase", "Measurements"), path: "Tests/Torture"),
    program(
        "vitrine-screen",
        named("Plane", "DRM", "Pictures", "Scaling", "LinuxBase", "Measurements"), path: "Tests/ScreenProbe"),
    program(
        "vitrine-bench",
        named("Rig", "LinuxBase", "Launch", "Measurements", "Pictures", "Plane", "WalletScreens"),
        path: "Tests/Performance"),
    program(
        "vitrine-fuzz",
        named(
            "FuzzKit", "LinuxBase", "Measurements", "Wire", "Evidence", "RFB", "Pictures", "Launch", "Correspondence",
            "Catalogue", "Codec", "Decoder", "Encode", "DRM", "EMV", "ISO8583", "Invoices", "Payments", "PIN",
            "Secrets", "Codes",
            "Zbar"),
        path: "Tests/Fuzz"),
]

let package = Package(
    name: "vitrine",
    products: [
        .executable(name: "vitrine-terminal", targets: ["vitrine-terminal"]),
        .executable(name: "vitrine-decoder", targets: ["vitrine-decoder"]),
        .executable(name: "vitrine-launch", targets: ["vitrine-launch"]),
        .executable(name: "vitrine-provision", targets: ["vitrine-provision"]),
        .executable(name: "vitrine-measure", targets: ["vitrine-measure"]),
        .executable(name: "vitrine-release", targets: ["vitrine-release"]),
        .executable(name: "vitrine-server", targets: ["vitrine-server"]),
        .executable(name: "vitrine-cell", targets: ["vitrine-cell"]),
        .executable(name: "vitrine-web", targets: ["vitrine-web"]),
        .executable(name: "vitrine-issuer", targets: ["vitrine-issuer"]),
        .executable(name: "vitrinectl", targets: ["vitrinectl"]),
        .executable(name: "wallet", targets: ["Wallet"]),
        // A reader's driver for tests, which pcscd loads.
        .library(name: "CardGate", type: .dynamic, targets: ["CardGate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit.git", from: "0.6.0"),
    ],
    targets: cLibraries + values + edges + terminal + server + applications + programs + testTargets,
    swiftLanguageModes: [.v6]
)
