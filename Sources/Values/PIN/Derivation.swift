internal import Secrets

/// Lengths of AES keys.
public enum KeySize: Int, Equatable, Sendable, CaseIterable {
    case aes128 = 16
    case aes192 = 24
    case aes256 = 32

    /// X9.24-3 table 3, "algorithm indicator".
    var indicator: UInt8 {
        switch self {
        case .aes128: 2
        case .aes192: 3
        case .aes256: 4
        }
    }
}

/// What a working key is for (X9.24-3 table 3, "key usage indicator"): each use has a key of its own.
public enum KeyUsage: UInt16, Equatable, Sendable, CaseIterable {
    case keyEncryption = 0x0002
    case pinEncryption = 0x1000
    case macGeneration = 0x2000
    case macVerification = 0x2001
    case macBothWays = 0x2002
    case dataEncryption = 0x3000
    case dataDecryption = 0x3001
    case dataBothWays = 0x3002
}

/// The one step that all keys are made by: AES of derivation data under the key before (X9.24-3 §6.3).
enum Derivation {
    /// Usage indicators that make keys for further derivation.
    static let nextKey: UInt16 = 0x8000
    static let initialKey: UInt16 = 0x8001

    /// The key of `size` that `key` yields. `context` is 8 bytes: the initial key's identifier, or the device's half of
    /// it with a transaction counter.
    static func derive(
        from key: borrowing SecretBytes, usage: UInt16, size: KeySize, context: [UInt8], encipher: BlockFunction
    ) throws(PINError) -> SecretBytes {
        var result = SecretBytes(count: size.rawValue)
        for block in 0..<(size.rawValue + 15) / 16 {
            let data = data(block: UInt8(block + 1), usage: usage, size: size, context: context)
            guard let output = encipher(key, SecretBytes(copying: data)), output.count == 16 else { throw .cipher }
            let start = 16 * block
            // A 24-byte key takes half of its second block.
            result.write(output.part(0..<min(16, size.rawValue - start)), at: start)
        }
        return result
    }

    /// X9.24-3 §6.3.2: version 1, block counter, usage, algorithm, key length in bits, context.
    private static func data(block: UInt8, usage: UInt16, size: KeySize, context: [UInt8]) -> [UInt8] {
        let bits = size.rawValue * 8
        return [
            1, block, UInt8(usage >> 8), UInt8(usage & 0xFF), 0, size.indicator, UInt8(bits >> 8), UInt8(bits & 0xFF),
        ] + context
    }

    static func context(identifier: [UInt8], counter: UInt32) -> [UInt8] {
        Array(identifier.suffix(4)) + bigEndian(counter)
    }

    static func size(of key: borrowing SecretBytes) throws(PINError) -> KeySize {
        guard let size = KeySize(rawValue: key.count) else { throw .badKeyLength(key.count) }
        return size
    }
}
