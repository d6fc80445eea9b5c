internal import LinuxBase
public import Measurements
public import Wire

/// The keyboard of the terminal (tty) that the program was started from; for development. Enter is ok, Escape is
/// cancel, Backspace is clear; arrows and F1…F8 by their usual sequences. The tty is as before when the value ends.
public struct TTYKeypad: Keypad, ~Copyable {
    private let terminal: RawTerminal
    private var decoder = TTYDecoder()

    public init(_ path: String = "/dev/tty") throws(KeysError) {
        do throws(SystemCallError) { terminal = try RawTerminal(path) } catch { throw .system(error) }
    }

    public var descriptor: Int32 { terminal.descriptor.raw }
    public var deadline: MonotonicTime? { decoder.deadline }

    public mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        var chunk = [UInt8](repeating: 0, count: 256)
        let transfer: Transfer
        do throws(SystemCallError) { transfer = try terminal.descriptor.read(into: &chunk) } catch {
            throw .system(error)
        }
        switch transfer {
        case .bytes(let n): return decoder.keys(in: chunk[..<n], now: now)
        case .wouldBlock: return decoder.keys(in: [], now: now)
        case .closed: throw .gone
        }
    }
}

/// Bytes of a tty in, keys out. Pure.
public struct TTYDecoder: Sendable {
    /// An Escape that nothing follows for this long is the key and not the start of a sequence.
    public static let escapePause: Duration = .milliseconds(50)
    static let sequenceBytes = 8

    private var held: [UInt8] = []
    public private(set) var deadline: MonotonicTime?

    public init() {}

    public mutating func keys(in bytes: ArraySlice<UInt8>, now: MonotonicTime) -> [Key] {
        var keys: [Key] = []
        if let deadline, now >= deadline { giveUp(into: &keys) }
        for byte in bytes { take(byte, into: &keys) }
        deadline = held.isEmpty ? nil : (bytes.isEmpty ? deadline : now + Self.escapePause)
        return keys
    }

    /// What is held is no sequence: a lone Escape is cancel, anything else is dropped.
    private mutating func giveUp(into keys: inout [Key]) {
        if held == [0x1B] { keys.append(.cancel) }
        held = []
    }

    private mutating func take(_ byte: UInt8, into keys: inout [Key]) {
        if held.first == 0x1B {
            if held.count == 1, byte != 0x5B, byte != 0x4F {
                giveUp(into: &keys)
                take(byte, into: &keys)
                return
            }
            held.append(byte)
            if held.count > 2, (0x40...0x7E).contains(byte) {
                if let key = Self.sequences[Array(held.dropFirst())] { keys.append(key) }
                held = []
            } else if held.count >= Self.sequenceBytes {
                held = []
            }
            return
        }
        if byte < 0x80 { held = [] }
        switch byte {
        case 0x1B: held = [byte]
        case 0x30...0x39: keys.append(.digit(byte - 0x30))
        case 0x0A, 0x0D: keys.append(.ok)
        case 0x08, 0x7F: keys.append(.clear)
        case 0x20...0x7E: keys.append(.character(Unicode.Scalar(byte)))
        case 0x80...: takeUTF8(byte, into: &keys)
        default: break
        }
    }

    private mutating func takeUTF8(_ byte: UInt8, into keys: inout [Key]) {
        if byte >= 0xC0 { held = [] }
        held.append(byte)
        let wanted = held[0] >= 0xF0 ? 4 : held[0] >= 0xE0 ? 3 : held[0] >= 0xC0 ? 2 : 1
        guard held.count >= wanted else { return }
        let text = String(validating: held, as: UTF8.self)
        held = []
        guard let scalar = text?.unicodeScalars.first, KeyWord.isPrintable(scalar) else { return }
        keys.append(.character(scalar))
    }

    /// ECMA-48 and xterm: what follows Escape.
    private static let sequences: [[UInt8]: Key] = {
        var table: [[UInt8]: Key] = [:]
        for introducer: UInt8 in [0x5B, 0x4F] {
            table[[introducer, 0x41]] = .up
            table[[introducer, 0x42]] = .down
            table[[introducer, 0x43]] = .right
            table[[introducer, 0x44]] = .left
            for n in UInt8(1)...4 { table[[introducer, 0x4F + n]] = .function(n) }
        }
        for (number, n) in [("11", 1), ("12", 2), ("13", 3), ("14", 4), ("15", 5), ("17", 6), ("18", 7), ("19", 8)] {
            table[[0x5B] + Array(number.utf8) + [0x7E]] = .function(UInt8(n))
        }
        return table
    }()
}
