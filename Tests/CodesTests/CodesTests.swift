import Camera
import Codes
import Invoices
import LinuxBase
import Pictures
import Testing
import Zbar

private func file(_ name: String) throws -> [UInt8] {
    let folder = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/Codes/"
    return try Files.read(folder + name, limit: PictureFile.byteLimit)
}

private func picture(_ name: String) throws -> LumaPicture { try PictureFile.picture(from: try file(name)) }

@Suite struct CodesTests {
    @Test(arguments: ["bill.pbm", "bill.pgm"])
    func `a bill is read from a drawing and as a camera sees it`(name: String) throws {
        guard case .code(let invoice) = try CodeReader.read(try picture(name)) else {
            Issue.record("no merchant's code")
            return
        }
        #expect(invoice.merchant == "Café Lumière" && invoice.amount == 2490 && invoice.currency == "EUR")
        #expect(invoice.identifier == "2026-0117")
    }

    @Test func `bytes of a code are given as they are`() throws {
        guard case .code(let invoice) = try CodeReader.read(try picture("specification.pbm")) else {
            Issue.record("no merchant's code")
            return
        }
        #expect(invoice.local?.merchant == "最佳运输" && invoice.tip == .prompt)
        guard case .code(let other) = try CodeReader.read(try picture("brcode.pgm")) else {
            Issue.record("no merchant's code")
            return
        }
        #expect(other.currency == "BRL" && other.amount == 1000)
    }

    @Test func `a launch address is found, other codes are refused by what is wrong`() throws {
        #expect(
            try CodeReader.read(try picture("address.pbm"))
                == .address("vitrine:wallet?amount=24.90&currency=EUR&merchant=Shop&account=A1&identifier=7"))
        #expect(throws: CodesError.refused(.noInvoice)) { try CodeReader.read(try picture("elsewhere.pbm")) }
        #expect(throws: CodesError.refused(.badChecksum)) { try CodeReader.read(try picture("wrong.pbm")) }
        let blank = try #require(
            LumaPicture(size: PixelSize(width: 64, height: 64), bytes: [UInt8](repeating: 200, count: 4096)))
        #expect(throws: CodesError.noCode) { try CodeReader.read(blank) }
    }

    @Test func `a refused code is named once, an invoice ends the search`() throws {
        var search = CodeSearch()
        let shop = Array("https://example.test/".utf8)
        let address = Array("vitrine:wallet".utf8)
        #expect(search.take([]) == nil)
        #expect(search.take([shop]) == .refused(.noInvoice))
        #expect(search.take([shop]) == nil)
        #expect(search.take([[0xFF]]) == .refused(.notText))
        #expect(search.take([shop, address]) == .found(.address("vitrine:wallet")))
        #expect(search.take([[UInt8](repeating: 0x39, count: 3000)]) == .refused(.tooLong(bytes: 3000, limit: 2048)))
    }

    @Test func `a picture that is too large is not searched`() throws {
        let wide = try #require(
            LumaPicture(size: PixelSize(width: 4097, height: 1), bytes: [UInt8](repeating: 0, count: 4097)))
        var scanner = try CodeScanner()
        var refused = false
        do throws(ZbarError) { _ = try scanner.scan(wide) } catch { refused = error == .tooLarge(wide.size) }
        #expect(refused)
    }

    @Test func `luma is taken out of each format, with its stride`() throws {
        let size = PixelSize(width: 3, height: 2)
        func luma(_ format: FrameLayout.Format, stride: Int, _ bytes: [UInt8]) -> [UInt8]? {
            unsafe FrameLayout(format: format, size: size, stride: stride)?.picture(in: bytes.span.bytes)?.bytes
        }
        #expect(luma(.grey, stride: 4, [1, 2, 3, 0, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
        #expect(luma(.nv12, stride: 3, [1, 2, 3, 4, 5, 6, 9, 9, 9]) == [1, 2, 3, 4, 5, 6])
        #expect(luma(.yuyv, stride: 8, [1, 9, 2, 9, 3, 9, 0, 0, 4, 9, 5, 9, 6]) == [1, 2, 3, 4, 5, 6])
        // Cut short, and layouts that no camera has.
        #expect(luma(.yuyv, stride: 8, [1, 9, 2, 9, 3, 9, 0, 0, 4, 9, 5, 9]) == nil)
        #expect(luma(.grey, stride: 4, []) == nil && luma(.yuyv, stride: 5, [UInt8](repeating: 0, count: 99)) == nil)
        #expect(FrameLayout(format: .grey, size: PixelSize(width: 0, height: 1), stride: 1) == nil)
        #expect(FrameLayout(format: .grey, size: PixelSize(width: 4097, height: 1), stride: 5000) == nil)
    }

    @Test func `what is no camera says so`() throws {
        func problem(_ path: String) -> CameraError? {
            do throws(CameraError) {
                _ = try VideoCamera(path)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem("/dev/null") == .notCamera(path: "/dev/null"))
        #expect(problem("/dev/no-camera") == .system(SystemCallError("open(/dev/no-camera)", 2)))
    }

    @Test func `a search without a camera ends with the reason`() async throws {
        let (events, continuation) = AsyncStream.makeStream(of: CodeReader.Event.self)
        let reader = try CodeReader(camera: "/dev/null") { continuation.yield($0) }
        try reader.start()
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == .ended(.failed(reason: "/dev/null is no camera")))
        reader.stop()
    }
}

@Suite struct PictureFileTests {
    private func problem(_ bytes: [UInt8]) -> PictureFileError? {
        do throws(PictureFileError) {
            _ = try PictureFile.picture(from: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test func `bitmaps and grey maps are read`() throws {
        let bits = try PictureFile.picture(from: Array("P4 9 2\n".utf8) + [0x80, 0x80, 0x01, 0x00])
        #expect(bits.size == PixelSize(width: 9, height: 2))
        #expect(
            bits.bytes == [0] + [UInt8](repeating: 255, count: 7) + [0] + [UInt8](repeating: 255, count: 7) + [0, 255])
        let grey = try PictureFile.picture(from: Array("P5\n# a comment\n 2 \t1\n255\n".utf8) + [7, 0x0A])
        #expect(grey.bytes == [7, 0x0A])
    }

    @Test(arguments: [
        ("", PictureFileError.badHeader), ("P6 1 1 255 abc", .badHeader), ("P5", .badHeader), ("P5 1", .badHeader),
        ("P51 1 255 a", .badHeader), ("P5 1 1 65535 ab", .badHeader), ("P5 1 1 255", .badHeader),
        ("P5 x 1 255 a", .badHeader), ("P5 1 1 255xa", .badHeader), ("P5 9999999 1 255 a", .badHeader),
        ("P5 #", .badHeader), ("P5 0 1 255 ", .badSize), ("P5 4097 1 255 a", .badSize), ("P5 1 1 255 ", .badLength),
        ("P5 1 1 255 ab", .badLength), ("P4 9 1 a", .badLength),
    ])
    func `other files are refused`(text: String, expected: PictureFileError) {
        #expect(problem(Array(text.utf8)) == expected)
    }

    @Test func `a file beyond the limit is refused unread`() {
        let long = [UInt8](repeating: 0x50, count: PictureFile.byteLimit + 1)
        #expect(problem(long) == .tooLarge(bytes: long.count, limit: PictureFile.byteLimit))
    }
}
