import Drawing
import Glibc
import LinuxBase
import Pictures
import Testing
import WalletScreens

/// The logos of the applications in `Images/applications`, as drawings.
enum Logos {
    static let size = PixelSize(width: 256, height: 256)
    static let clear = Colour(argb: 0)
    static let white = Colour(argb: 0xFFFF_FFFF)

    static func wallet() throws -> Picture {
        var canvas = try Canvas(size: size, fill: clear)
        canvas.drawWalletMark(in: size.bounds, ground: Colour(argb: 0xFF0B_6E4F), ink: white)
        return canvas.picture()
    }

    static func shop() throws -> Picture {
        var canvas = try Canvas(size: size, fill: clear)
        canvas.fill(.rounded(size.bounds, radius: 59), with: .solid(Colour(argb: 0xFF7A_3B1D)))
        // A bag: handle, body, and a shadow of the handle on it.
        canvas.fill(.rounded(Rectangle(x: 88, y: 48, width: 80, height: 96), radius: 40), with: .solid(white))
        canvas.fill(
            .rounded(Rectangle(x: 104, y: 64, width: 48, height: 64), radius: 24),
            with: .solid(Colour(argb: 0xFF7A_3B1D)))
        canvas.fill(.rounded(Rectangle(x: 56, y: 96, width: 144, height: 112), radius: 18), with: .solid(white))
        for x in [92, 148] {
            canvas.fill(
                .rounded(Rectangle(x: x, y: 112, width: 16, height: 16), radius: 8),
                with: .solid(Colour(argb: 0xFF7A_3B1D)))
        }
        return canvas.picture()
    }

    static func records() throws -> Picture {
        let ground = Colour(argb: 0xFF1F_4E79)
        var canvas = try Canvas(size: size, fill: clear)
        canvas.fill(.rounded(size.bounds, radius: 59), with: .solid(ground))
        // A sheet on a board, with a cross and three lines.
        canvas.fill(.rounded(Rectangle(x: 62, y: 56, width: 132, height: 156), radius: 16), with: .solid(white))
        canvas.fill(.rounded(Rectangle(x: 98, y: 40, width: 60, height: 34), radius: 12), with: .solid(white))
        canvas.fill(.rounded(Rectangle(x: 108, y: 50, width: 40, height: 14), radius: 7), with: .solid(ground))
        let red = Colour(argb: 0xFFC4_3329)
        canvas.fill(.rounded(Rectangle(x: 84, y: 104, width: 48, height: 16), radius: 4), with: .solid(red))
        canvas.fill(.rounded(Rectangle(x: 100, y: 88, width: 16, height: 48), radius: 4), with: .solid(red))
        for (y, width) in [(98, 28), (118, 28)] {
            canvas.fill(
                .rounded(Rectangle(x: 146, y: y, width: width, height: 10), radius: 5), with: .solid(ground))
        }
        for (y, width) in [(152, 90), (174, 70)] {
            canvas.fill(.rounded(Rectangle(x: 84, y: y, width: width, height: 10), radius: 5), with: .solid(ground))
        }
        return canvas.picture()
    }

    static func calculator() throws -> Picture {
        var canvas = try Canvas(size: size, fill: clear)
        canvas.fill(.rounded(size.bounds, radius: 59), with: .solid(Colour(argb: 0xFF2D_3D52)))
        canvas.fill(.rounded(Rectangle(x: 48, y: 46, width: 160, height: 46), radius: 12), with: .solid(white))
        for row in 0..<3 {
            for column in 0..<3 {
                let key = Rectangle(x: 48 + column * 60, y: 108 + row * 36, width: 40, height: 26)
                let colour = column < 2 ? white : row < 2 ? Colour(argb: 0xFFF5_B13D) : Colour(argb: 0xFF2F_C58C)
                canvas.fill(.rounded(key, radius: 9), with: .solid(colour))
            }
        }
        return canvas.picture()
    }
}

@Suite struct `Logos of the applications` {
    /// This file is in Tests/KitTests.
    static let folder = (0..<3).reduce(#filePath) { path, _ in Files.parent(of: path) } + "/Images/applications"

    @Test(arguments: ["wallet", "calculator", "shop", "records"]) func `the files are what the code draws`(
        _ name: String
    ) throws {
        let drawn =
            switch name {
            case "wallet": try Logos.wallet()
            case "shop": try Logos.shop()
            case "records": try Logos.records()
            default: try Logos.calculator()
            }
        let path = "\(Self.folder)/\(name)/logo.png"
        if unsafe getenv("VITRINE_WRITE_LOGOS") != nil { try Artwork.writePNG(drawn, to: path) }
        let file = try Artwork.picture(png: path)
        try #require(file.size == drawn.size)
        // Another version of Cairo may round an edge's grey otherwise.
        var difference = 0
        for (a, b) in zip(file.pixels, drawn.pixels) {
            for shift: UInt32 in [0, 8, 16, 24] { difference += abs(Int(a >> shift & 255) - Int(b >> shift & 255)) }
        }
        #expect(difference < drawn.pixels.count / 4)
        #expect(file.pixels[0] >> 24 == 0, "round corners")
        #expect(file[128, 20].alpha == 255)
    }
}
