import Glibc
import LinuxBase
import Measurements
import Synchronization

/// ALSA with a configuration of its own: devices that write down what they play, one that takes everything, one whose
/// card is not there.
enum Studio {
    private static let configuration = """
        pcm.recorder {
            @args [ FILE ]
            @args.FILE { type string }
            type file
            slave.pcm { type null }
            file $FILE
            format raw
        }
        pcm.silence { type null }
        pcm.absent { type hw card 31 device 0 }
        """

    /// Once, before the first device: the library looks for its configuration in the environment.
    private static let folder: String = {
        var template = Array("/tmp/vitrine-tones-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no folder for this test")
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do { try Files.replace("\(path)/asound.conf", with: Array(configuration.utf8)) } catch {
            preconditionFailure("no configuration for this test: \(error)")
        }
        unsafe setenv("ALSA_CONFIG_PATH", "\(path)/asound.conf", 1)
        atexit { try? Files.removeTree(Studio.folder) }
        return path
    }()

    static func device(_ name: String) -> String {
        _ = folder
        return name
    }

    /// A device and the file that it writes to.
    static func recorder(_ name: String) -> (device: String, file: String) {
        let file = "\(folder)/\(name).raw"
        return ("recorder:\(file)", file)
    }

    /// Plugs in, so to speak: from now on there is a device of this name. The library looks for a changed configuration
    /// at each opening.
    static func add(_ name: String) throws {
        let device = "pcm.\(name) { type file slave.pcm { type null } file \"\(folder)/\(name).raw\" format raw }\n"
        try Files.replace("\(folder)/asound.conf", with: Array((configuration + "\n" + device).utf8))
    }

    /// What was played.
    static func samples(in file: String) throws -> [Int16] {
        let bytes = try Files.read(file, limit: 16 << 20)
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }
}

/// Collects what threads tell.
final class Notes<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    func add(_ value: Value) { values.withLock { $0.append(value) } }
    var all: [Value] { values.withLock { $0 } }

    /// All, once there are `count`; or those that came within the limit.
    func wait(_ count: Int, limit: Duration = .seconds(10)) -> [Value] {
        let deadline = Clock.now() + limit
        while all.count < count, Clock.now() < deadline { Clock.sleep(.milliseconds(2)) }
        return all
    }
}
