/// Where each digit stands on a keypad. A scrambled one is as secret as what is typed on it, to whoever sees the fingers
/// and not the screen: it has no description.
public struct DigitOrder: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// By place: three rows of three, then the one below them.
    let digits: [UInt8]

    /// 1 to 9, and 0 below.
    public static let standard = DigitOrder(digits: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0])

    private init(digits: [UInt8]) { self.digits = digits }

    /// Each of the 10! orders with the same chance: Fisher and Yates, the bytes of `random` (its argument is how many)
    /// made into numbers by rejection, not by remainder.
    public static func scrambled<Failure: Error>(
        random: (Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> DigitOrder {
        var bytes: [UInt8] = []
        let indices = try (1..<10).reversed().map { (last: Int) throws(Failure) in
            while true {
                if bytes.isEmpty { bytes = try random(32) }
                if let index = uniform(bytes.removeLast(), below: last + 1) { return index }
            }
        }
        return DigitOrder(digits: shuffled(standard.digits, indices: indices))
    }

    /// The byte as a number below `bound`, or nil for one of those bytes that would make small numbers more likely.
    package static func uniform(_ byte: UInt8, below bound: Int) -> Int? {
        Int(byte) < 256 - 256 % bound ? Int(byte) % bound : nil
    }

    /// From the last place on, each is exchanged with the place in `indices`: the n-th is 0…count − n.
    package static func shuffled<Element>(_ elements: [Element], indices: [Int]) -> [Element] {
        var result = elements
        for (last, index) in zip((1..<elements.count).reversed(), indices) { result.swapAt(last, index) }
        return result
    }

    public var description: String { "an order of digits" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
