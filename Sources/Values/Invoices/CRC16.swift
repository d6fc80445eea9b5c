/// CRC-16 with the polynomial 0x1021 and the start 0xFFFF (ISO/IEC 13239, as EMV QR MPM uses it).
enum CRC16 {
    static func value(of bytes: some Sequence<UInt8>) -> UInt16 {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            register ^= UInt16(byte) << 8
            for _ in 0..<8 { register = register & 0x8000 == 0 ? register << 1 : register << 1 ^ 0x1021 }
        }
        return register
    }
}
