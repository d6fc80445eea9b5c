/// What a tag or a picture asks to be done.
///
/// An invoice has these two forms on a tag and in a picture, and no third: both exist already, the one on paper and
/// screens, the other on command lines, and a media type of our own would be one more parser for the same five fields.
public enum InvoiceContent: Equatable, Sendable {
    /// A merchant-presented code; on a tag the text of one, in a Text record.
    case code(CodedInvoice)
    /// A launch address, `vitrine:…`, as `LaunchURI` reads it; on a tag a URI record. Foreign text until then.
    case address(String)

    /// The scheme of launch addresses.
    private static let scheme = "vitrine:"

    /// What a picture's code holds. `.noInvoice` for what is neither.
    public init(scanned bytes: [UInt8]) throws(CodeError) {
        guard bytes.count <= InvoiceLimits.codeBytes else {
            throw .tooLong(bytes: bytes.count, limit: InvoiceLimits.codeBytes)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        if let address = try Self(address: text) {
            self = address
        } else if MerchantCode.isCode(text) {
            self = .code(try MerchantCode.invoice(from: text))
        } else {
            throw .noInvoice
        }
    }

    /// Nil for an address of another scheme.
    init?(address: String) throws(CodeError) {
        // RFC 3986 §3.1: schemes are the same in any case.
        let start = address.utf8.prefix(Self.scheme.utf8.count)
        guard start.count == Self.scheme.utf8.count,
            zip(start, Self.scheme.utf8).allSatisfy({ $0 == $1 || (0x61...0x7A).contains($1) && $0 | 0x20 == $1 })
        else { return nil }
        guard address.utf8.count <= InvoiceLimits.codeBytes else {
            throw .tooLong(bytes: address.utf8.count, limit: InvoiceLimits.codeBytes)
        }
        self = .address(address)
    }
}

extension NDEFMessage {
    /// The message's first record that is a launch address or a merchant's code; records of other kinds and contents
    /// are passed over. Throws what is wrong with one that is meant as such, and `.noInvoice` when there is none.
    public func content() throws(CodeError) -> InvoiceContent {
        for record in records {
            if let text = try record.address(), let address = try InvoiceContent(address: text) { return address }
            if let text = try record.text(), MerchantCode.isCode(text) {
                return .code(try MerchantCode.invoice(from: text))
            }
        }
        throw .noInvoice
    }
}
