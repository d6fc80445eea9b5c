internal import Wire

/// A launch as an address that any program of the rich side can open (RFC 3986):
///
///     vitrine:wallet
///     vitrine:wallet?amount=24.90&currency=EUR&merchant=Caf%C3%A9%20Lumi%C3%A8re&account=FR76…&identifier=2024-0117
///
/// The parameters are those of an invoice file, all or none, each once, in any order. Whatever is not unreserved is
/// percent-encoded UTF-8; a `+` is a plus, as the RFC has it, and not a form's space.
public enum LaunchURI {
    public static let scheme = "vitrine"
    /// Every text at its limit, each byte percent-encoded, and to spare.
    public static let byteLimit = 2048

    /// True for what is meant as one, right or wrong.
    public static func isAddress(_ text: String) -> Bool {
        let start = Array(text.utf8.prefix(scheme.utf8.count + 1))
        return start.last == colon && start.dropLast().elementsEqual(scheme.utf8) { $0 | 0x20 == $1 }
    }

    /// Reads foreign text: pure, bounded by `byteLimit`.
    public static func parse(_ text: String) throws(LaunchURIProblem) -> LaunchRequest {
        let bytes = Array(text.utf8)
        guard bytes.count <= byteLimit else { throw .tooLong(bytes: bytes.count, limit: byteLimit) }
        guard isAddress(text) else { throw .otherScheme }
        let parts = bytes.dropFirst(scheme.utf8.count + 1).split(
            separator: question, maxSplits: 1, omittingEmptySubsequences: false)
        // An authority (`vitrine://wallet`), a fragment and a second path segment have no meaning here, and no place.
        guard let application = try decoded(parts[0], else: .badApplication), ApplicationName.isValid(application)
        else {
            throw .badApplication
        }
        guard parts.count == 2 else { return LaunchRequest(application: application) }
        let values = try parameters(parts[1])
        do throws(InvoiceProblem) {
            return LaunchRequest(application: application, invoice: try InvoiceFile.invoice(values))
        } catch {
            throw .invoice(error)
        }
    }

    private static func parameters(_ query: ArraySlice<UInt8>) throws(LaunchURIProblem) -> [String: String] {
        var values: [String: String] = [:]
        for pair in query.split(separator: ampersand, omittingEmptySubsequences: false) {
            let sides = pair.split(separator: equals, maxSplits: 1, omittingEmptySubsequences: false)
            // Names are plain letters: an encoded one would be a second spelling for nothing.
            guard sides.count == 2, let name = InvoiceFile.names.first(where: { sides[0].elementsEqual($0.utf8) })
            else { throw .unknownParameter }
            guard let value = try decoded(sides[1], else: .badParameter(name: name)) else {
                throw .badParameter(name: name)
            }
            guard values.updateValue(value, forKey: name) == nil else { throw .repeatedParameter(name: name) }
        }
        return values
    }

    /// Percent-decoded text; nil when it is no UTF-8. `problem` for bytes that may not stand in a URI as they are.
    private static func decoded(
        _ bytes: ArraySlice<UInt8>, else problem: LaunchURIProblem
    ) throws(LaunchURIProblem) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == percent {
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { throw problem }
                result.append(high << 4 | low)
            } else {
                guard isPlain(byte) else { throw problem }
                result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    /// RFC 3986 §3.4 `query` without the `&` and `=` that the pairs are made of. (What stands in a path beyond an
    /// identifier's characters is refused as no identifier.)
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~!$'()*+,;:@/?".utf8.contains(byte)
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    private static let colon = UInt8(ascii: ":")
    private static let question = UInt8(ascii: "?")
    private static let ampersand = UInt8(ascii: "&")
    private static let equals = UInt8(ascii: "=")
    private static let percent = UInt8(ascii: "%")
}

/// What is wrong with a `vitrine:` address. Carries no foreign text.
public enum LaunchURIProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong(bytes: Int, limit: Int)
    case otherScheme
    case badApplication
    /// None of the names of an invoice, or no `name=value` at all.
    case unknownParameter
    case repeatedParameter(name: String)
    /// Percent-encoding that is none, bytes that have no place in an address, or no UTF-8.
    case badParameter(name: String)
    case invoice(InvoiceProblem)

    public var description: String {
        switch self {
        case .tooLong(let bytes, let limit): "the address has \(bytes) bytes, \(limit) are allowed"
        case .otherScheme: "the address is not `\(LaunchURI.scheme):…`"
        case .badApplication: "the address names no application"
        case .unknownParameter:
            "the address has a parameter that is none of \(InvoiceFile.names.joined(separator: ", "))"
        case .repeatedParameter(let name): "the address gives the \(name) twice"
        case .badParameter(let name): "the address's \(name) is not percent-encoded UTF-8"
        case .invoice(let problem): problem.description
        }
    }
}
