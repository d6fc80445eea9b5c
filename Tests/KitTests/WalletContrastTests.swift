import Drawing
import Kit
import Legibility
import LinuxBase
import Pictures
import Testing
import WalletScreens
import Wire

@Suite struct `The wallet's contrast` {
    /// What letters and signs stand on; the colours of keys and discs among them.
    private static let grounds: Set<Colour> = [
        WalletPalette.page, WalletPalette.card, WalletPalette.line, WalletPalette.cell, WalletPalette.panel,
        WalletPalette.panelTone, WalletPalette.approved, WalletPalette.declined, WalletPalette.question,
        WalletPalette.failed, WalletPalette.clear, WalletPalette.approvedGround, WalletPalette.declinedGround,
        WalletPalette.questionGround, WalletPalette.failedGround,
    ]

    @Test(arguments: [(800, 448), (480, 240), (1280, 768), (480, 224)])
    func `each letter and sign that the wallet draws stands out by 7 to 1`(width: Int, height: Int) throws {
        let size = PixelSize(width: width, height: height)
        var (count, least) = (0, 21.0)
        for (amount, keys) in [
            (2490, ""), (2490, "12"), (2490, "1234!"), (2490, "1234!w"), (60_000, "1234!w"),
            (200_000, "1234!w"),
        ] as [(UInt64, String)] {
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: Payments.request(amount: amount, size: size), random: 7, turn: &turn)
            _ = Payments.play(keys, on: &payment)
            var canvas = try Canvas(size: size)
            payment.draw(into: &canvas, damage: size.bounds)
            let marks = Legibility.marks(in: canvas.picture(), grounds: Self.grounds)
            #expect(marks.count > 10)
            // As on the terminal's own screens: the smallest marks fill no pixel.
            for mark in marks where mark.pixels > 12 {
                count += 1
                least = min(least, mark.contrast)
                if mark.contrast < 7 {
                    Issue.record(
                        "\(amount) \(keys): \(mark.contrast), \(mark.strongest) on \(mark.ground) at \(mark.area)")
                }
            }
        }
        print("wallet's contrast at \(size): \(count) marks, least \((least * 100).rounded() / 100)")
    }
}
