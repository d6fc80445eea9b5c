import Drawing
import Kit
import LinuxBase
import Pictures
import WalletScreens
import Wire

/// A wallet's request: account with 1250.00, limit 500.00, and the code 1234 under the salt 00 01 … 0f. The hash is what
/// `printf 1234 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f` prints.
enum Payments {
    static let data = [
        "balance": "125000", "limit": "50000", "code_salt": "000102030405060708090a0b0c0d0e0f",
        "code_hash": "ea188ccab3267650eda91c3bb738c2461159a10c0df469d2e3e5d3f11f7b8a7b",
    ]

    static func invoice(amount: UInt64 = 2490, currency: String = "EUR") -> Invoice {
        Invoice(
            merchant: "Café Lumière", account: "DE89370400440532013000", identifier: "2025-001482", amount: amount,
            currency: currency)
    }

    static func request(
        amount: UInt64 = 2490, size: PixelSize = PixelSize(width: 800, height: 448), data: [String: String] = data
    ) -> ApplicationRequest {
        ApplicationRequest(
            application: "wallet", user: "ada", terminal: "t1", size: size, invoice: invoice(amount: amount), data: data
        )
    }

    /// `1234!`: digits as they are, `!` OK, `c` clear, `x` cancel, `w` the time asked for has come.
    static func play(_ keys: String, on payment: inout Payment, _ each: (borrowing Payment, Turn) -> Void = { _, _ in })
        -> Outcome?
    {
        for key in keys {
            var turn = Turn(now: Clock.now())
            switch key {
            case "w": payment.wake(turn: &turn)
            case "!": payment.handle(.ok, turn: &turn)
            case "c": payment.handle(.clear, turn: &turn)
            case "x": payment.handle(.cancel, turn: &turn)
            case "u": payment.handle(.up, turn: &turn)
            default: payment.handle(.digit(UInt8(key.wholeNumberValue ?? 255)), turn: &turn)
            }
            each(payment, turn)
            if let outcome = turn.outcome { return outcome }
        }
        return nil
    }
}
