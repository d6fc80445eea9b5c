/// A Type 4 tag: answers commands as the specification has it, with files of its own. Options make it an odd one.
struct TestTag {
    var application: [UInt8] = [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01]
    var files: [UInt16: [UInt8]]
    /// Most bytes of an answer, whatever is asked for.
    var most = 256
    /// Answers a first reading with 6Cxx and the length that it wants.
    var corrects = false
    private var isSelected = false
    private var file: [UInt8]?
    private(set) var commands: [[UInt8]] = []

    /// `maximum` is MLe; the container says the file has `size` bytes.
    init(message: [UInt8], version: UInt8 = 0x20, maximum: UInt16 = 0x003B, size: UInt16? = nil, read: UInt8 = 0) {
        let content = [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        let size = size ?? UInt16(content.count)
        files = [
            0xE103: [
                0x00, 0x0F, version, UInt8(maximum >> 8), UInt8(maximum & 0xFF), 0x00, 0x34, 0x04, 0x06, 0xE1, 0x04,
                UInt8(size >> 8), UInt8(size & 0xFF), read, 0x00,
            ],
            0xE104: content,
        ]
    }

    mutating func answer(_ command: [UInt8]) -> [UInt8] {
        commands.append(command)
        guard command.count >= 5, command[0] == 0 else { return [0x6E, 0x00] }
        switch (command[1], command[2], command[3]) {
        case (0xA4, 0x04, 0x00):
            isSelected = Array(command[5..<5 + Int(command[4])]) == application
            return isSelected ? [0x90, 0x00] : [0x6A, 0x82]
        case (0xA4, 0x00, 0x0C):
            file = isSelected ? files[UInt16(command[5]) << 8 | UInt16(command[6])] : nil
            return file == nil ? [0x6A, 0x82] : [0x90, 0x00]
        case (0xB0, let high, let low): return read(Int(high) << 8 | Int(low), Int(command[4]))
        default: return [0x6D, 0x00]
        }
    }

    private mutating func read(_ offset: Int, _ count: Int) -> [UInt8] {
        guard let file else { return [0x69, 0x86] }
        guard offset < file.count else { return [0x6B, 0x00] }
        let available = min(count, file.count - offset, most)
        if corrects, available > 1 {
            corrects = false
            return [0x6C, UInt8(available - 1)]
        }
        return Array(file[offset..<offset + available]) + [0x90, 0x00]
    }
}
