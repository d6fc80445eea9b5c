internal import LinuxBase

/// What swtpm's log says went over the bus.
public struct TPMBus {
    private var commands: [[UInt8]] = []
    private var answers: [[UInt8]] = []

    /// Messages are lines of two-digit numbers, behind a line that tells the direction.
    public init(log path: String) throws {
        var isCommand = false
        var message: [UInt8] = []
        var parts: (commands: [[UInt8]], answers: [[UInt8]]) = ([], [])
        func finish() {
            if isCommand { parts.commands.append(message) } else { parts.answers.append(message) }
            message = []
        }
        for line in try Files.read(path, limit: 256 << 20).split(separator: UInt8(ascii: "\n")) {
            if let bytes = Self.bytes(line) {
                message += bytes
            } else {
                finish()
                isCommand = line.starts(with: Array(" SWTPM_IO_Read".utf8))
            }
        }
        finish()
        (commands, answers) = parts
    }

    /// The commands so far, by their codes (TPM 2.0 Part 2, §6.5.2).
    public var codes: [Command?] {
        commands.map { bytes in
            guard bytes.count >= 10 else { return nil }
            return Command(rawValue: bytes[6..<10].reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    /// Commands for which a TPM uses a private key, and one that opens sessions: salted ones do as well.
    public enum Command: UInt32, CaseIterable {
        case certify = 0x148
        case ecdhZGen = 0x154
        case activateCredential = 0x147
        case quote = 0x158
        case rsaDecrypt = 0x159
        case sign = 0x15d
        case unseal = 0x15e
        case load = 0x157
        case startAuthSession = 0x176
    }

    /// Messages in which any eight bytes in a row of any secret are seen.
    public func messages(with secrets: [[UInt8]]) -> (commands: Int, answers: Int) {
        var windows: Set<UInt64> = []
        for secret in secrets { Self.eachWindow(of: secret) { windows.insert($0) } }
        func count(_ messages: [[UInt8]]) -> Int {
            messages.count { message in
                var found = false
                Self.eachWindow(of: message) { found = found || windows.contains($0) }
                return found
            }
        }
        return (count(commands), count(answers))
    }

    private static func eachWindow(of bytes: [UInt8], _ body: (UInt64) -> Void) {
        var window: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            window = window << 8 | UInt64(byte)
            if index >= 7 { body(window) }
        }
    }

    /// The bytes of a line like ` 80 01 00 00`; nil for any other.
    private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var digits: (value: UInt8, count: Int) = (0, 0)
        for character in line + [UInt8(ascii: " ")] {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = (digits.value << 4 | (character - 48), digits.count + 1)
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                digits = (digits.value << 4 | (character - 55), digits.count + 1)
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                digits = (digits.value << 4 | (character - 87), digits.count + 1)
            case UInt8(ascii: " "), UInt8(ascii: "\r"):
                if digits.count == 2 { result.append(digits.value) } else if digits.count != 0 { return nil }
                digits = (0, 0)
            default: return nil
            }
            if digits.count > 2 { return nil }
        }
        return result.isEmpty ? nil : result
    }
}
