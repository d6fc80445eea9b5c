internal import Evidence
internal import Glibc
internal import LinuxBase
internal import TLS
internal import TPM

/// A failure with its exit code of sysexits.h.
struct Problem: Error {
    let text: String
    let code: Int32

    static func usage(_ text: String) -> Problem { Problem(text: "\(text); --help shows the usage", code: 64) }
    static func noInput(_ error: SystemCallError) -> Problem { Problem(text: error.description, code: 66) }
    static func tpm(_ error: TPMError) -> Problem { Problem(text: error.description, code: 69) }
    static func cannotWrite(_ text: String) -> Problem { Problem(text: text, code: 73) }
}

struct Measuring {
    private let tcti: String
    private let log: String
    private let register: Int
    private let files: [(name: String, path: String)]

    init(_ words: [String]) throws(Problem) {
        do throws(Arguments.Problem) {
            let arguments = try Arguments(words, options: ["--tcti", "--log", "--register"])
            tcti = try arguments.required("--tcti")
            log = try arguments.required("--log")
            let text = arguments["--register"] ?? "14"
            guard let number = Int(text), EvidenceLimits.registers.contains(number) else {
                throw .bad(name: "--register", value: text, expected: "0 to 23")
            }
            register = number
            files = try arguments.words.map { (word) throws(Arguments.Problem) in
                let parts = word.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw .bad(name: "file", value: word, expected: "NAME=PATH") }
                return (String(parts[0]), String(parts[1]))
            }
            if files.isEmpty { throw .missing("NAME=PATH") }
        } catch {
            throw .usage(error.description)
        }
    }

    /// The log comes first: a register that went further than its log could never be explained; a log that went further
    /// than its register shows in the next quote, and a restart begins anew.
    func run() throws(Problem) {
        let events = try files.map { (file) throws(Problem) in try measure(file.name, file.path) }
        guard let record = EventLog(events: events) else { throw .usage("too many files") }
        let device: TPMDevice
        do throws(TPMError) { device = try TPMDevice(tcti: tcti) } catch { throw .tpm(error) }
        try write(record.encoded())
        for event in events {
            do throws(TPMError) {
                try device.extend(register: event.register, digest: event.digest)
            } catch {
                throw .tpm(error)
            }
            say("\(event.register)  \(event.digest.hexadecimal)  \(event.name)")
        }
    }

    private func measure(_ name: String, _ path: String) throws(Problem) -> Measurement {
        var digest = StreamDigest()
        do throws(SystemCallError) {
            let file = try Files.open(path, flags: O_RDONLY)
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            while case .bytes(let count) = try file.read(into: &chunk) { digest.update(chunk[..<count]) }
        } catch {
            throw .noInput(error)
        }
        guard let event = Measurement(register: register, name: name, digest: digest.finish()) else {
            throw .usage("\(name.debugDescription) is no name for a log")
        }
        return event
    }

    private func write(_ bytes: [UInt8]) throws(Problem) {
        do throws(SystemCallError) {
            let file = try Files.makeFile(log, mode: 0o644)
            try file.writeAll(bytes)
            try Files.sync(file)
            try Files.syncFolder(Files.parent(of: log))
        } catch {
            guard error.code != EEXIST else {
                throw .cannotWrite("\(log) is there: the programs were measured in this boot already")
            }
            throw .cannotWrite(error.description)
        }
    }
}
