import CHostileActs
import Confinement
import Decoder
import Glibc
import LinuxBase
import Pictures

/// Somebody whose memory, descriptors and life are worth attacking.
enum Victim {
    static func live() -> Never {
        let secret = unsafe CHostileActs_victim()
        print("\(getpid()):\(UInt(bitPattern: secret))")
        while true { pause() }
    }
}

/// A terminal that is killed while its decoder is at work.
enum Parent {
    static func live(executable: String, act: String) throws -> Never {
        var link = try DecoderLink(
            executable: executable, size: PixelSize(width: 64, height: 64), maximumBytes: 4096)
        while !link.isReady {
            _ = try Poll.wait(for: link.descriptor, events: .readable, timeout: .seconds(10))
            guard try link.receive().isEmpty else { exit(1) }
        }
        try link.submit(Array(act.utf8)[...], sequence: 1)
        print(link.processIdentifier)
        while true {
            pause()
            // Until here, at least: its end would be its decoder's.
            withExtendedLifetime(link) {}
        }
    }
}

/// A kernel that lacks a call, forbids it, or lies about it, as some containers do: a filter that outlives exec(2).
enum Without {
    static func run(_ call: String, _ executable: String) throws -> Never {
        let parts = call.split(separator: "=")
        let code = parts.count == 2 ? Int32(parts[1]) ?? 1 : 1
        try SeccompFilter(default: .allow, rules: [(.errno(code), [String(parts[0])])]).load()
        try Process.replace(with: executable, arguments: ["vitrine-decoder"])
    }
}
