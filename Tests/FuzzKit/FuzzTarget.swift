/// A parser of foreign bytes, inputs that it accepts to begin with, and what must hold for every input.
public struct FuzzTarget: Sendable {
    public enum Verdict: Equatable, Sendable {
        case accepted
        case refused
        /// Something that must never be: the words say what.
        case broken(String)
    }

    public let name: String
    public let corpus: [[UInt8]]
    /// Longest input worth trying.
    public let limit: Int
    /// Runs one input. Trapping is a finding as well: see `FuzzTarget.run(before:)`.
    public let body: @Sendable ([UInt8]) -> Verdict

    public init(
        name: String, corpus: [[UInt8]], limit: Int = 8192, body: @escaping @Sendable ([UInt8]) -> Verdict
    ) {
        self.name = name
        self.corpus = corpus
        self.limit = limit
        self.body = body
    }

    public struct Report: Equatable, Sendable {
        public var executions = 0
        public var accepted = 0
        /// The first inputs that broke a rule, at most ten, with the rule.
        public var findings: [Finding] = []
    }

    public struct Finding: Equatable, Sendable {
        public let input: [UInt8]
        public let words: String
    }

    /// Accepted inputs that are kept for further mutation.
    private static let poolSize = 1024

    /// Runs the corpus, then `executions` mutations. `before` sees each input before the parser does, so that whoever
    /// runs this in a process of its own finds the input that trapped.
    public func run(executions: Int, seed: UInt64, before: (([UInt8]) -> Void)? = nil) -> Report {
        var report = Report()
        var pool = corpus
        func execute(_ input: [UInt8]) -> Bool {
            before?(input)
            report.executions += 1
            switch body(input) {
            case .accepted:
                report.accepted += 1
                return true
            case .refused: return false
            case .broken(let words):
                if report.findings.count < 10 { report.findings.append(Finding(input: input, words: words)) }
                return false
            }
        }
        for input in corpus where !execute(input) {
            report.findings.append(Finding(input: input, words: "an input of the corpus is not accepted"))
        }
        var mutator = Mutator(seed: seed, limit: limit)
        for _ in 0..<executions {
            let input = pool.randomElement(using: &mutator.random) ?? []
            let other = pool.randomElement(using: &mutator.random) ?? []
            let mutated = mutator.mutate(input, other: other)
            guard execute(mutated) else { continue }
            if pool.count < Self.poolSize {
                pool.append(mutated)
            } else if let place = pool.indices.dropFirst(corpus.count).randomElement(using: &mutator.random) {
                pool[place] = mutated
            }
        }
        return report
    }
}

/// Lower-case hexadecimal, for findings and fixtures.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The bytes of hexadecimal digits, either case; nil for anything else.
public func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { return nil }
        result.append(UInt8(high << 4 | low))
    }
    return result
}
