extension NDEFRecord {
    /// The text of a Text record (NFC Forum Text RTD 1.0); nil when it is none. Throws `.notText` for one whose bytes
    /// are not in the encoding that it names.
    public func text() throws(CodeError) -> String? {
        guard kind == .wellKnown, type == Array("T".utf8) else { return nil }
        guard let status = payload.first, status & 0x40 == 0, payload.count > Int(status & 0x3F) else { throw .notText }
        // What is left after the language's name, which says nothing here.
        let bytes = payload[(1 + Int(status & 0x3F))...]
        let text = status & 0x80 == 0 ? String(validating: bytes, as: UTF8.self) : Self.utf16(bytes)
        guard let text else { throw .notText }
        return text
    }

    /// The address of a URI record (NFC Forum URI RTD 1.0); nil when it is none.
    public func address() throws(CodeError) -> String? {
        guard kind == .wellKnown, type == Array("U".utf8) else { return nil }
        guard let code = payload.first, let rest = String(validating: payload.dropFirst(), as: UTF8.self) else {
            throw .notText
        }
        // URI RTD: codes that are not in the table stand for nothing in front.
        return (Int(code) < Self.prefixes.count ? Self.prefixes[Int(code)] : "") + rest
    }

    /// Big-endian unless a mark says otherwise (Text RTD 1.0).
    private static func utf16(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count % 2 == 0 else { return nil }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        let isMarked = isLittle || bytes.starts(with: [0xFE, 0xFF])
        let units = stride(from: bytes.startIndex + (isMarked ? 2 : 0), to: bytes.endIndex, by: 2).map {
            isLittle
                ? UInt16(bytes[$0 + 1]) << 8 | UInt16(bytes[$0]) : UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
        return String(validating: units, as: UTF16.self)
    }

    /// URI RTD 1.0, table 3.
    private static let prefixes = [
        "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:", "ftp://anonymous:anonymous@",
        "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://", "ftp://", "dav://", "news:", "telnet://", "imap:",
        "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:", "btspp://", "btl2cap://", "btgoep://", "tcpobex://",
        "irdaobex://", "file://", "urn:epc:id:", "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:", "urn:nfc:",
    ]
}
