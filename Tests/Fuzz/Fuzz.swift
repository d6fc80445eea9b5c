// vitrine-fuzz: runs the fuzz targets of FuzzKit and of this folder for a fixed number of executions. Deterministic: the
// same target, seed and number give the same inputs. One thread; writes nothing but a report, and the file of --last.

import FuzzKit
import Glibc
import LinuxBase
import Measurements

@main struct Fuzz {
    static let usage = """
        usage: vitrine-fuzz TARGET|all [--executions N] [--seed S] [--last FILE]
               vitrine-fuzz TARGET --input HEX
          --last FILE   write each input there before it is run: after a trap, the file has the one that did it
          --input HEX   run this one input and say what became of it
        targets: \(Targets.all.map(\.name).joined(separator: " "))
        """

    struct Usage: Error {
        let words: String
    }

    static func main() {
        do {
            exit(try run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
        } catch let error as Usage {
            complain("vitrine-fuzz: \(error.words)\n\(usage)")
            exit(2)
        } catch {
            complain("vitrine-fuzz: \(error)\n\(usage)")
            exit(2)
        }
    }

    /// True when nothing was found.
    static func run(_ words: [String]) throws -> Bool {
        let arguments = try Arguments(words, options: ["--executions", "--seed", "--last", "--input"])
        guard let name = arguments.words.first, arguments.words.count == 1 else { throw Usage(words: "which target?") }
        let targets = Targets.all.filter { $0.name == name || name == "all" }
        guard !targets.isEmpty else { throw Usage(words: "no target is called \(name)") }
        if let text = arguments["--input"] {
            guard let input = bytes(hexadecimal: text) else { throw Usage(words: "--input is not hexadecimal") }
            for target in targets { print("\(target.name): \(target.body(input))") }
            return true
        }
        let executions = try number(arguments, "--executions", 100_000)
        let seed = try number(arguments, "--seed", 1)
        var isClean = true
        for target in targets {
            isClean =
                try run(target, executions: Int(clamping: executions), seed: seed, last: arguments["--last"])
                && isClean
        }
        return isClean
    }

    static func run(_ target: FuzzTarget, executions: Int, seed: UInt64, last: String?) throws -> Bool {
        let start = Clock.now()
        var before: (([UInt8]) -> Void)?
        if let last {
            let file = try Files.open(last, flags: O_RDWR | O_CREAT)
            let number = file.take()  // Open until the process ends: the closure below may outlive any scope here.
            before = { input in
                _ = ftruncate(number, 0)
                _ = unsafe input.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, 0) }
            }
        }
        let report = target.run(executions: executions, seed: seed, before: before)
        let seconds = (Clock.now() - start).milliseconds / 1000
        print(
            "\(target.name): \(report.executions) executions, \(report.accepted) accepted, "
                + "\(report.findings.count) findings, \(Int(seconds * 10) / 10) s, seed \(seed)")
        for finding in report.findings { print("  \(finding.words): \(hexadecimal(finding.input))") }
        return report.findings.isEmpty
    }

    static func number(_ arguments: Arguments, _ name: String, _ otherwise: UInt64) throws -> UInt64 {
        guard let text = arguments[name] else { return otherwise }
        guard let value = UInt64(text) else { throw Usage(words: "\(name) \(text): expected a number") }
        return value
    }

    static func complain(_ words: String) {
        let text = Array((words + "\n").utf8)
        _ = unsafe text.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
