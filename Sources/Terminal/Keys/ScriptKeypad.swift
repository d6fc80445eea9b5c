internal import LinuxBase
public import Measurements
public import Wire

/// Keys from a script: a file, or a FIFO that somebody writes to for as long as the terminal runs. One word a line, as
/// `KeyWord` reads them. A `wait` holds back everything after it.
public struct ScriptKeypad: Keypad, ~Copyable {
    /// Bytes read ahead of a `wait`; the rest stays in the pipe, and whoever writes it feels that.
    static let readAhead = 4096
    static let lineBytes = 64

    private let source: Descriptor
    private let isPlain: Bool
    private var isAtEnd = false
    private var buffer: [UInt8] = []
    private var line = 0
    private var waitsUntil: MonotonicTime?

    public init(_ path: String) throws(KeysError) {
        do throws(SystemCallError) {
            let source = try Files.openForScript(path)
            isPlain = try Files.isPlainFile(source)
            self.source = source
        } catch {
            throw .system(error)
        }
    }

    /// A plain file is always readable, so it is never waited for: `deadline` asks for its first read.
    public var descriptor: Int32 { isPlain || waitsUntil != nil ? -1 : source.raw }

    public var deadline: MonotonicTime? {
        if let waitsUntil { return waitsUntil }
        return isPlain && !isAtEnd ? MonotonicTime(nanoseconds: 0) : nil
    }

    /// True when a file has been read to its end and no wait is left; a FIFO has no end.
    public var isFinished: Bool { isAtEnd && buffer.isEmpty && waitsUntil == nil }

    public mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        var keys: [Key] = []
        while true {
            if let until = waitsUntil {
                guard now >= until else { return keys }
                waitsUntil = nil
            }
            if try takeLines(now: now, into: &keys) { continue }
            if try !fill() { return keys }
        }
    }

    /// Takes whole lines until a wait begins or none is left. True when a wait began.
    private mutating func takeLines(now: MonotonicTime, into keys: inout [Key]) throws(KeysError) -> Bool {
        while let end = buffer.firstIndex(of: 0x0A) ?? (isAtEnd && !buffer.isEmpty ? buffer.endIndex : nil) {
            let text = String(decoding: buffer[..<end], as: UTF8.self)
            let isTooLong = end > Self.lineBytes
            buffer.removeFirst(min(end + 1, buffer.count))
            line += 1
            guard !isTooLong else { throw .lineTooLong(line: line) }
            switch KeyWord(parsing: text[...]) {
            case .key(let key): keys.append(key)
            case .wait(let duration):
                waitsUntil = now + duration
                return true
            case .nothing: break
            case nil: throw .unknownWord(line: line)
            }
        }
        guard buffer.count <= Self.lineBytes else {
            buffer = []
            throw .lineTooLong(line: line + 1)
        }
        return false
    }

    /// Reads on; false when nothing more is there now. Called with less than a line in the buffer.
    private mutating func fill() throws(KeysError) -> Bool {
        guard !isAtEnd else { return false }
        var chunk = [UInt8](repeating: 0, count: Self.readAhead)
        do throws(SystemCallError) {
            switch try source.read(into: &chunk) {
            case .bytes(let n):
                buffer += chunk[..<n]
                return true
            case .wouldBlock:
                return false
            case .closed:
                isAtEnd = true
                return !buffer.isEmpty
            }
        } catch {
            throw .system(error)
        }
    }
}
