public import Secrets

/// The device's side of AES DUKPT (X9.24-3): up to 32 keys, from which every key to come can be made and none that
/// was. Place `i` holds the key for the counter that has the current one's bits above `i`, bit `i`, and nothing below.
///
///     counter … 0 1 0 0     a transaction takes the key at the lowest set bit,
///                 └ place   fills the places below from it, and wipes it
///
/// A key is used once only if the register is stored before anything that the key made leaves the device:
/// `let key = try register.next(…)`, write `register.encoded()` to the sealed store, then use `key`. A power cut in
/// between costs a counter, never uses one twice.
public struct DerivationRegister: ~Copyable, Sendable {
    package static let places = 32

    /// Names the initial key, 8 bytes.
    public let identifier: [UInt8]
    public let size: KeySize
    /// Of the next transaction; 0 when there is none.
    package private(set) var counter: UInt32
    /// Places that hold a key, bit `i` for place `i`.
    package private(set) var filled: UInt32
    /// All places, wiped where not filled.
    private var keys: SecretBytes

    /// A new device: `initialKey` as its owner derived it, which is not kept. The caller wipes its copy.
    public init(
        initialKey: borrowing SecretBytes, identifier: [UInt8], encipher: BlockFunction
    ) throws(PINError) {
        guard identifier.count == KeySerialNumber.identifierBytes else { throw .badSerialNumber }
        let size = try Derivation.size(of: initialKey)
        let keys = try Self.firstKeys(initialKey, size: size, identifier: identifier, encipher: encipher)
        self.init(identifier: identifier, size: size, counter: 1, filled: .max, keys: keys)
    }

    private static func firstKeys(
        _ initialKey: borrowing SecretBytes, size: KeySize, identifier: [UInt8], encipher: BlockFunction
    ) throws(PINError) -> SecretBytes {
        var keys = SecretBytes(count: places * size.rawValue)
        for place in 0..<places {
            let key = try Derivation.derive(
                from: initialKey, usage: Derivation.nextKey, size: size,
                context: Derivation.context(identifier: identifier, counter: 1 << UInt32(place)), encipher: encipher)
            keys.write(key, at: place * size.rawValue)
        }
        return keys
    }

    /// For `init(decoding:)`, which has checked everything.
    init(identifier: [UInt8], size: KeySize, counter: UInt32, filled: UInt32, keys: consuming SecretBytes) {
        self.identifier = identifier
        self.size = size
        self.counter = counter
        self.filled = filled
        self.keys = keys
    }

    /// What the next transaction will be numbered; nil when the device's life is over.
    public var nextSerialNumber: KeySerialNumber? {
        // Every counter but 0 that gets here is one that is used: nothing else is lost by `try?`.
        counter == 0 ? nil : try? KeySerialNumber(identifier: identifier, counter: counter)
    }

    /// The key of the next transaction; the register then holds later ones only. Throws `.exhausted` after the last
    /// counter, 0xFFFF0000. After any error the register is as it was.
    public mutating func next(encipher: BlockFunction) throws(PINError) -> TransactionKey {
        guard counter != 0 else { throw .exhausted }
        let serialNumber = try KeySerialNumber(identifier: identifier, counter: counter)
        let place = counter.trailingZeroBitCount
        let bytes = size.rawValue
        let key = TransactionKey(
            keys.part(place * bytes..<(place + 1) * bytes), size: size, serialNumber: serialNumber)
        // Made in full before the register changes.
        var below = SecretBytes(count: place * bytes)
        let hasSuccessors = counter.nonzeroBitCount < KeySerialNumber.counterBits
        if hasSuccessors {
            for lower in 0..<place { below.write(try key.successor(bit: lower, encipher: encipher), at: lower * bytes) }
        }
        keys.write(below, at: 0)
        keys.write(SecretBytes(count: bytes), at: place * bytes)
        counter = KeySerialNumber.next(after: counter) ?? 0
        filled = Self.places(filledAt: counter)
        return key
    }

    package borrowing func withKeys<R>(_ body: (borrowing SecretBytes) -> R) -> R { body(keys) }

    /// Which places hold a key when `counter` is next: its own, and above it those whose bit is clear, as far as a
    /// counter with that bit is one that is used.
    package static func places(filledAt counter: UInt32) -> UInt32 {
        guard counter != 0 else { return 0 }
        let own = counter.trailingZeroBitCount
        var result: UInt32 = 1 << own
        for place in (own + 1)..<places where counter & 1 << place == 0 {
            let above = place == 31 ? 0 : counter >> (UInt32(place) + 1)
            if above.nonzeroBitCount < KeySerialNumber.counterBits { result |= 1 << place }
        }
        return result
    }
}
