import Decoder
import Encode
import Glibc
import LinuxBase
import Measurements
import Pictures
import Testing

let size = PixelSize(width: 64, height: 64)

/// A program that was built beside the tests.
func program(_ name: String) throws -> String {
    let path = Files.parent(of: try #require(Process.executablePath())) + "/" + name
    try #require(Files.exists(path), "the tests need \(path): swift build makes it")
    return path
}

func hostile() throws -> String { try program("vitrine-hostile-decoder") }

/// Lends the path of a new folder.
func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    var name = Array("/tmp/vitrine-XXXXXX".utf8CString)
    let folder = try #require(unsafe mkdtemp(&name).map { unsafe String(cString: $0) })
    defer { try? Files.removeTree(folder) }  // What cannot be removed does not change the verdict.
    return try body(folder)
}

/// A program in `folder` that runs `path` with `arguments`: a decoder is started with none.
func wrapper(_ folder: String, _ path: String, _ arguments: String) throws -> String {
    let script = folder + "/decoder"
    try Files.replace(script, with: Array("#!/bin/sh\nexec \(path) \(arguments)\n".utf8), mode: 0o700)
    return script
}

func link(_ executable: String, maximumBytes: Int = 65536) throws -> DecoderLink {
    try DecoderLink(executable: executable, size: size, maximumBytes: maximumBytes)
}

/// The next thing that the decoder says; nil when it says nothing in time.
func event(_ link: inout DecoderLink, timeout: Duration = .seconds(10)) throws -> DecoderEvent? {
    let deadline = Clock.now() + timeout
    while Clock.now() < deadline {
        _ = try Poll.wait(for: link.descriptor, events: .readable, timeout: deadline - Clock.now())
        if let event = try link.receive().first { return event }
    }
    return nil
}

func waitUntilReady(_ link: inout DecoderLink) throws {
    let deadline = Clock.now() + .seconds(10)
    while !link.isReady {
        try #require(Clock.now() < deadline, "the decoder did not become ready")
        _ = try Poll.wait(for: link.descriptor, events: .readable, timeout: .seconds(1))
        let events = try link.receive()
        try #require(events.isEmpty, "\(events)")
    }
}

/// A keyframe of a grey picture.
let keyframe: [UInt8] = {
    let picture = Picture(size: size, fill: Colour(argb: 0xFF80_8080))
    let coded = try? unsafe picture.pixels.withUnsafeBytes { pixels -> EncodedPicture? in
        var encoder = try PictureEncoder(size: size)
        return try unsafe encoder.encode(
            pixels: pixels.baseAddress!, stride: size.width * 4, damage: size.bounds, forceKeyframe: true)
    }
    return coded?.bytes ?? []
}()

/// A decoder that waits for its terms, as a terminal always has one.
func warmSpare() throws -> DecoderSpare {
    let spare = try DecoderSpare(executable: program("vitrine-decoder"))
    let deadline = Clock.now() + .seconds(20)
    // Nothing else that it does puts it to sleep.
    while try !field("State", of: "status", spare.processIdentifier).hasPrefix("S") {
        try #require(Clock.now() < deadline, "the spare decoder does not come up")
        Clock.sleep(.milliseconds(2))
    }
    return spare
}

/// What a session does after its decoder is lost: the spare takes over, with a keyframe. Returns how long that took.
func timeToPicture(_ spare: consuming DecoderSpare) throws -> Duration {
    let start = Clock.now()
    var link = try DecoderLink(spare: spare, size: size, maximumBytes: 65536)
    try link.submit(keyframe[...], sequence: 1)
    let answer = try event(&link)
    guard case .frame = answer else {
        Issue.record("a fresh decoder gave no picture: \(String(describing: answer))")
        return .zero
    }
    return Clock.now() - start
}

/// The value after `name:` in a file of a process's folder in /proc.
func field(_ name: String, of file: String, _ process: Int32) throws -> String {
    let text = String(decoding: try Files.read("/proc/\(process)/\(file)", limit: 1 << 16), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
    return line.dropFirst(name.count).drop { $0 == ":" }.split(whereSeparator: { " \t".contains($0) })
        .joined(separator: " ")
}
