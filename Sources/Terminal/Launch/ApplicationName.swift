internal import Wire

/// An application's identifier, and the name that it has on the rich side's message bus and in its menus:
///
///     wallet        org.vitrine.wallet              /org/vitrine/wallet
///     point-of.2    org.vitrine.point_2dof_2e2      /org/vitrine/point_2dof_2e2
///
/// What a bus name may not hold (D-Bus specification, "Valid Names") is written `_` and two hexadecimal digits, so that no
/// two applications share a name and each name leads back to one application.
public enum ApplicationName {
    public static let prefix = "org.vitrine."

    /// An identifier as a launcher may give it: 1…64 of `0-9 A-Z a-z - . _`. It ends up in file names and logs.
    public static func isValid(_ text: String) -> Bool {
        (1...WireLimits.identifierBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    /// The bus name; also the name of the desktop entry and of the icon. At most 204 bytes.
    public static func bus(_ application: String) -> String { prefix + escaped(application) }

    /// The object on the bus: the specification of desktop entries derives it from the name (dots become slashes).
    public static func path(_ application: String) -> String { "/org/vitrine/" + escaped(application) }

    /// The application that has the bus name; nil for a name that `bus` does not make.
    public static func application(bus name: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        var result = ""
        var rest = name.utf8.dropFirst(prefix.utf8.count)
        while let byte = rest.popFirst() {
            var byte = byte
            if byte == 0x5F {
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { return nil }
                byte = high << 4 | low
            }
            guard byte < 0x80 else { return nil }
            result.unicodeScalars.append(Unicode.Scalar(byte))
        }
        // One spelling for each name: `_61` is not another `a`.
        return isValid(result) && bus(result) == name ? result : nil
    }

    private static func escaped(_ application: String) -> String {
        var result = ""
        for byte in application.utf8 {
            // An element of a name does not begin with a digit.
            if isAlphanumeric(byte) && !(result.isEmpty && byte <= 0x39) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += byte < 0x10 ? "_0" : "_"
                result += String(byte, radix: 16)
            }
        }
        return result
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// Capitals are not ours.
    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
