import Cards
import Correspondence
import Keys
import LinuxBase
import Pictures
import Plane
import Touch

/// What differs from board to board, as the board's file says it (`Board/NAME/board.conf`):
///
///     display.card = /dev/dri/by-path/platform-ff900000.vop-card
///     display.connector = eDP-1
///     display.size = 800x480
///     display.vt = 1
///     display.without = direct
///     keypad = path=/dev/input/by-path/platform-keypad-event
///     key.KEY_F1 = ok
///     card.reader = ACS ACR1252 Dual Reader
///     card.country = 276
///     sound.device = plughw:0
///     sound.level = 80
///     touch = /dev/input/by-path/platform-panel-event
///     touch.rotation = 90
///     keypad = screen
///     code.camera = /dev/v4l/by-path/platform-camera-video-index0
///     type = large
///
/// Every name may be missing. What the command line says comes first.
struct BoardFile: Equatable, Sendable {
    var display = DisplayTarget()
    var size: PixelSize?
    var keypads: [KeypadMatch] = []
    var keys = KeyMap.standard
    var counter = CounterDevices()
    var touch = TouchDevice()
    var type = TypeSize.regular

    enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case unreadable(Files.ReadError)
        case notText
        case line(Assignments.Problem)
        case unknownName(String, line: Int)
        case badValue(name: String, expected: String, line: Int)
        case key(KeyMapError)

        var description: String {
            switch self {
            case .unreadable(.system(let error)): error.description
            case .unreadable(.tooLarge(_, let limit)): "longer than \(limit) bytes"
            case .notText: "not text in UTF-8"
            case .line(let problem): problem.description
            case .unknownName(let name, let line): "line \(line): there is no setting \(name)"
            case .badValue(let name, let expected, let line): "line \(line): \(name) must be \(expected)"
            case .key(let error): error.description
            }
        }
    }

    static let byteLimit = 64 << 10

    init() {}

    init(reading path: String) throws(Problem) {
        let bytes: [UInt8]
        do throws(Files.ReadError) { bytes = try Files.read(path, limit: Self.byteLimit) } catch {
            throw .unreadable(error)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        try self.init(text: text)
    }

    init(text: String) throws(Problem) {
        let lines: [Assignments.Assignment]
        do throws(Assignments.Problem) { lines = try Assignments.parse(text) } catch { throw .line(error) }
        // Where the file speaks of something else the map has an empty line: its errors then name the file's lines.
        var keyLines: [Substring] = []
        for line in lines { try take(line, &keyLines) }
        do throws(KeyMapError) { keys = try KeyMap(lines: keyLines) } catch { throw .key(error) }
    }

    private mutating func take(
        _ line: Assignments.Assignment, _ keyLines: inout [Substring]
    ) throws(Problem) {
        func bad(_ expected: String) -> Problem {
            .badValue(name: line.name, expected: expected, line: line.line)
        }
        guard !line.value.isEmpty else { throw bad("something") }
        switch line.name {
        case "display.card": display.card = line.value
        case "display.connector": display.connector = line.value
        case "display.vt":
            guard let number = Int(line.value), (1...63).contains(number) else { throw bad("1 to 63") }
            display.terminal = number
        case "display.without":
            let names = line.value.split(separator: " ").map { FramePath(rawValue: String($0)) }
            guard !names.contains(nil), !names.contains(.converted) else { throw bad("direct, interleaved or both") }
            display.withoutPaths = Set(names.compactMap { $0 })
        case "display.size":
            guard let size = ScreenSize(line.value) else { throw bad(ScreenSize.expected) }
            self.size = size.pixels
        case "type":
            guard let type = TypeSize(rawValue: line.value) else { throw bad("regular or large") }
            self.type = type
        case "keypad" where line.value == "screen": touch.hasKeypad = true
        case "touch": touch.path = line.value
        case "touch.rotation":
            guard let degrees = Int(line.value), let rotation = PanelMapping.Rotation(rawValue: degrees) else {
                throw bad("0, 90, 180 or 270")
            }
            touch.rotation = rotation
        case "keypad":
            do throws(KeypadMatchError) { keypads = try KeypadMatch.list(parsing: line.value[...]) } catch {
                throw bad("a list of devices (\(error))")
            }
        case "card.reader": counter.readers.append(line.value == "any" ? .any : .name(line.value))
        case "card.country":
            guard let number = UInt16(line.value), (1...999).contains(number) else {
                throw bad("1 to 999 (ISO 3166-1)")
            }
            counter.country = number
        case "sound.device": counter.sound = line.value
        case "sound.level":
            guard let level = Int(line.value), (0...100).contains(level) else { throw bad("0 to 100") }
            counter.soundLevel = level
        case "code.camera": counter.camera = line.value
        case let name where name.hasPrefix("key."):
            keyLines += [Substring](repeating: "", count: line.line - 1 - keyLines.count)
            keyLines.append("\(name.dropFirst(4)) = \(line.value)")
        default: throw .unknownName(line.name, line: line.line)
        }
    }
}

/// The panel over the screen.
struct TouchDevice: Equatable, Sendable {
    /// nil: there is none.
    var path: String?
    var rotation = PanelMapping.Rotation.none
    /// There are no other keys: the trusted environment draws some.
    var hasKeypad = false
}

/// What cards and codes are read with, and what answers to the ear.
struct CounterDevices: Equatable, Sendable {
    /// Empty: no cards are read.
    var readers: [ReaderRule] = []
    /// Where the terminal stands: ISO 3166-1, numeric. Cards may ask for it.
    var country: UInt16 = 276
    /// A V4L2 device.
    var camera: String?
    /// ALSA's name of a device; nil: no tones.
    var sound: String?
    /// 0…100.
    var soundLevel = 80
}

/// A screen's size as text: `800x480`.
struct ScreenSize {
    /// 240 rows hold the strip and a picture; chroma needs even sides.
    static let expected = "WIDTHxHEIGHT, even, from 320x240 to 4096x4096"
    let pixels: PixelSize

    init?(_ text: String) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (320...4096).contains(width),
            (240...4096).contains(height), width.isMultiple(of: 2), height.isMultiple(of: 2)
        else { return nil }
        pixels = PixelSize(width: width, height: height)
    }
}
