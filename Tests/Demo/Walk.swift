import Plane
import Hold
import Correspondence
import Glibc
import LinuxBase
import Measurements
import Pictures
import Rig
import WalletScreens
import Wire

/// The main job, step by step, with every picture looked at.
struct Walk {
    let rig: Rig
    var report: Report

    /// Coded text compares with drawn text at about 40 dB; another screen, or one star more or less, stays far below.
    private static let likeness = 34.0
    private static let invoice = Invoice(
        merchant: "Café Lumière", account: "FR7630006000011234567890189", identifier: "2026-0042", amount: 2490,
        currency: "EUR")

    mutating func home() throws {
        report.title("home")
        let references = try References(rig: rig, invoice: Self.invoice)
        let picture = try rig.settledPicture()
        try report.keep(picture, as: "1-home")
        report.check(
            "home screen", picture.cropped(to: references.layout.stream) == references.home(),
            "equal to the drawing from the sealed records, pixel by pixel")
    }

    mutating func payment() throws {
        report.title("a payment of 24.90 EUR, the code typed key by key")
        let references = try References(rig: rig, invoice: Self.invoice)
        let stream = references.layout.stream
        let mark = try rig.mark()
        let hold = try captureHold()
        try report.keep(hold.picture, as: "2-hold")
        report.check(
            "hold screen",
            hold.picture.cropped(to: stream) == (try references.hold("wallet", status: "Starting on the server…")),
            "equal to the drawing from the sealed records, pixel by pixel")
        try rig.event("shown", from: mark)
        try compare("first application frame", with: references, stars: 0, name: "3-first-frame")

        for (index, key) in rig.options.code.enumerated() {
            try rig.type(String(key))
            let number = UInt64(index + 1)
            try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= number }
            try compare("key \(number)", with: references, stars: index + 1, name: "4-key-\(number)")
        }
        try rig.type("ok")
        let status = try hold.launch.wait()
        try rig.event("outcome_shown", from: mark)
        try report.keep(try rig.settledPicture(), as: "5-approved")
        report.check("outcome", status.status == 0, lastLine(status.output))
        var reader = TimelineReader(path: rig.timelineFile)
        try reader.refresh()
        report.timeline(reader.events[mark...])
    }

    /// The patent's other two answers.
    mutating func otherAnswers() throws {
        report.title("the other two answers")
        for (name, amount, code) in [("declined", "900.00", 1), ("needs-more", "300.00", 3)]
            as [(String, String, Int32)]
        {
            let mark = try rig.mark()
            let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: amount, identifier: "2026-\(code)"))
            try rig.event("shown", from: mark)
            for key in rig.options.code { try rig.type(String(key)) }
            try rig.type("ok")
            try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 5 }
            try report.keep(try rig.settledPicture(), as: "6-\(name)-application")
            // The bank wants to know who pays, and the payer does not want to say.
            if code == 3 { try rig.type("cancel") }
            let status = try launch.wait()
            try rig.event("outcome_shown", from: mark)
            try report.keep(try rig.settledPicture(), as: "7-\(name)")
            report.check("\(amount) EUR \(name)", status.status == code, lastLine(status.output))
        }
    }

    /// Any program with a window: xcalc, in the same kind of cell.
    mutating func window() throws {
        report.title("an ordinary X11 program in the same kind of cell")
        let mark = try rig.mark()
        let launch = try rig.launch("calculator")
        try rig.event("shown", from: mark, timeout: .seconds(20))
        let before = try rig.settledPicture()
        try report.keep(before, as: "8-calculator")
        try rig.type("4", "2")
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 2 }
        let after = try rig.settledPicture()
        try report.keep(after, as: "9-calculator-42")
        let changed = PictureComparison.difference(before, after, tolerance: 40)
        report.check("keys change the picture", changed.count > 50, "\(changed.count) pixels in \(changed.bounds)")
        try rig.type("cancel", "cancel")
        let status = try launch.wait()
        report.check("cancel twice leaves it", status.status == 4, lastLine(status.output))
        try rig.event("home", from: mark)
    }

    mutating func unknown() throws {
        report.title("an application that is not in the table")
        let status = try rig.launch("spreadsheet").wait()
        report.check("not remote", status.status == 6, lastLine(status.output))
    }

    /// Launches the wallet and takes the first picture after it.
    private func captureHold() throws -> (launch: RunningLaunch, picture: Picture) {
        let plane = try rig.plane()
        let before = plane.sequence
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        guard plane.wait(after: before, timeout: .seconds(5), interval: .microseconds(100)) else {
            throw RigError.timedOut(waitingFor: "the hold screen", log: rig.logs())
        }
        return (launch, plane.picture())
    }

    private mutating func compare(_ what: String, with references: References, stars: Int, name: String) throws {
        let picture = try rig.settledPicture(quiet: .milliseconds(120))
        try report.keep(picture, as: name)
        let shown = picture.cropped(to: references.layout.stream)
        let expected = try references.entry(stars: stars)
        let whole = PictureComparison.psnr(shown, expected.picture)
        let right = PictureComparison.psnr(
            shown.cropped(to: expected.cells), expected.picture.cropped(to: expected.cells))
        // The same look at the state before and after: only the right number of stars may fit.
        let others = try [stars - 1, stars + 1].filter { (0...4).contains($0) }.map { other in
            let wrong = try references.entry(stars: other)
            return PictureComparison.psnr(shown.cropped(to: wrong.cells), wrong.picture.cropped(to: wrong.cells))
        }
        let margin = right - (others.max() ?? 0)
        report.check(
            what, whole >= Self.likeness && margin >= 6,
            "\(stars) stars, \(Report.padded(whole, 0)) dB; another number of stars fits \(Report.padded(margin, 0)) dB worse"
        )
    }

    /// What the launcher said at the end: the outcome.
    private func lastLine(_ text: String) -> String { text.split(separator: "\n").last.map(String.init) ?? "no words" }
}
