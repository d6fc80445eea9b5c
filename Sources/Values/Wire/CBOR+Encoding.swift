extension CBOR {
    /// The one deterministic encoding (RFC 8949 §4.2.1): shortest heads, map keys in the order of their bytes, no
    /// indefinite lengths, shortest float that keeps the value, every NaN as 0xf97e00.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        writer.write(self)
        return writer.bytes
    }
}

/// Appends data items to bytes.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

    /// Four bytes for a frame's length, filled in by `closeFrame`. Only at the start.
    mutating func openFrame() { bytes.append(contentsOf: [0, 0, 0, 0]) }

    mutating func closeFrame() {
        let length = UInt32(bytes.count - 4)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
    }

    /// Initial byte and argument; `major` is 0…7.
    mutating func head(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        switch argument {
        case 0...23:
            bytes.append(type | UInt8(argument))
        case 24...0xff:
            bytes.append(type | 24)
            bigEndian(argument, count: 1)
        case 0x100...0xffff:
            bytes.append(type | 25)
            bigEndian(argument, count: 2)
        case 0x1_0000...0xffff_ffff:
            bytes.append(type | 26)
            bigEndian(argument, count: 4)
        default:
            bytes.append(type | 27)
            bigEndian(argument, count: 8)
        }
    }

    mutating func unsigned(_ value: UInt64) { head(0, value) }

    mutating func byteString(_ value: ArraySlice<UInt8>) {
        head(2, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func write(_ item: CBOR) {
        switch item {
        case .unsigned(let value): head(0, value)
        case .negative(let value): head(1, value)
        case .bytes(let value): byteString(value[...])
        case .text(let value):
            head(3, UInt64(value.utf8.count))
            bytes.append(contentsOf: value.utf8)
        case .array(let items):
            head(4, UInt64(items.count))
            for item in items { write(item) }
        case .map(let map):
            head(5, UInt64(map.count))
            let pairs = map.map { (key: $0.key.encoded(), value: $0.value) }
            for pair in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                bytes.append(contentsOf: pair.key)
                write(pair.value)
            }
        case .tagged(let tag, let item):
            head(6, tag)
            write(item)
        case .simple(let value):
            precondition(!(24...31).contains(value), "simple values 24…31 do not exist")
            head(7, UInt64(value))
        case .float(let value): float(value)
        }
    }

    private mutating func float(_ value: Double) {
        let single = Float(value)
        let half = Float16(value)
        if value.isNaN {
            bytes.append(contentsOf: [0xf9, 0x7e, 0x00])
        } else if Double(half) == value {
            bytes.append(0xf9)
            bigEndian(UInt64(half.bitPattern), count: 2)
        } else if Double(single) == value {
            bytes.append(0xfa)
            bigEndian(UInt64(single.bitPattern), count: 4)
        } else {
            bytes.append(0xfb)
            bigEndian(value.bitPattern, count: 8)
        }
    }

    private mutating func bigEndian(_ value: UInt64, count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - index)))) }
    }
}
