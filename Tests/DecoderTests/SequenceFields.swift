/// A sequence parameter set field by field; the defaults are those of an 800×448 stream.
struct SequenceFields {
    var profile: UInt32 = 66
    var constraints: UInt32 = 0xC0
    var level: UInt32 = 31
    var identifier: UInt32 = 0
    var frameNumberBits: UInt32 = 15 - 4
    var orderType: UInt32 = 2
    var references: UInt32 = 1
    var columns: UInt32 = 50
    var rows: UInt32 = 28
    var framesOnly = true
    var crop: (left: UInt32, right: UInt32, top: UInt32, bottom: UInt32)?
    var usability: UsabilityFields?
    /// Bits after the last field.
    var rest: [Bool] = []

    /// The whole unit, with a start code.
    func encoded() -> [UInt8] {
        var bits = BitList()
        bits.put(profile, 8)
        bits.put(constraints, 8)
        bits.put(level, 8)
        bits.golomb(identifier)
        bits.golomb(frameNumberBits)
        bits.golomb(orderType)
        bits.golomb(references)
        bits.put(false)
        bits.golomb(columns - 1)
        bits.golomb(rows - 1)
        bits.put(framesOnly)
        bits.put(true)
        bits.put(crop != nil)
        if let crop { for side in [crop.left, crop.right, crop.top, crop.bottom] { bits.golomb(side) } }
        bits.put(usability != nil)
        usability?.write(to: &bits)
        bits.append(rest[...])
        return bits.unit(header: 0x67)
    }
}

/// Video usability information (H.264 E.1.1); nil leaves a part out.
struct UsabilityFields {
    var aspect: (number: UInt32, width: UInt32, height: UInt32)?
    var overscan: Bool?
    var signal: (full: Bool, matrix: UInt32?)?
    var chromaPlace: UInt32?
    var timing = false
    /// Schedules of the hypothetical reference decoder, for network and video.
    var schedules: UInt32?
    var restriction: (reordered: UInt32, buffered: UInt32)?

    func write(to bits: inout BitList) {
        bits.put(aspect != nil)
        if let aspect {
            bits.put(aspect.number, 8)
            if aspect.number == 255 {
                bits.put(aspect.width, 16)
                bits.put(aspect.height, 16)
            }
        }
        bits.put(overscan != nil)
        if let overscan { bits.put(overscan) }
        bits.put(signal != nil)
        if let signal {
            bits.put(5, 3)
            bits.put(signal.full)
            bits.put(signal.matrix != nil)
            if let matrix = signal.matrix {
                bits.put(0x0202, 16)
                bits.put(matrix, 8)
            }
        }
        bits.put(chromaPlace != nil)
        if let chromaPlace { for _ in 0..<2 { bits.golomb(chromaPlace) } }
        bits.put(timing)
        if timing {
            bits.put(1, 32)
            bits.put(50, 32)
            bits.put(true)
        }
        for _ in 0..<2 {
            bits.put(schedules != nil)
            guard let schedules else { continue }
            bits.golomb(schedules - 1)
            bits.put(0x33, 8)
            for number in 0..<schedules {
                bits.golomb(number * 1_000_000)
                bits.golomb(number)
                bits.put(false)
            }
            bits.put(0x5_5555, 20)
        }
        if schedules != nil { bits.put(false) }
        bits.put(true)
        bits.put(restriction != nil)
        if let restriction {
            bits.put(true)
            for value in [0, 0, 11, 11, restriction.reordered, restriction.buffered] { bits.golomb(value) }
        }
    }
}
