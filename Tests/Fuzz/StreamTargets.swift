import FuzzKit
import Pictures
import RFB

/// Parsers with a memory: the input is a stream.
extension Targets {
    private static let size = PixelSize(width: 8, height: 8)

    private static func header(_ numbers: [Int]) -> [UInt8] {
        numbers.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// What a server sends: greeting, one update of one rectangle, a bell, a clipboard text.
    private static let serverStream: [UInt8] =
        Array("RFB 003.008\n".utf8) + [1, 1, 0, 0, 0, 0] + header([8, 8]) + RFBPixelFormat.native.encoded
        + [0, 0, 0, 4] + Array("name".utf8) + [0, 0] + header([1, 2, 2, 4, 4, 0, 0])
        + [UInt8](repeating: 0x33, count: 64) + [2] + [3, 0, 0, 0, 0, 0, 0, 2] + Array("hi".utf8)

    static let rfbClient = FuzzTarget(name: "rfb-client", corpus: [serverStream]) { input in
        var session = RFBClientSession(size: size)
        var rest = input[...]
        do throws(RFBError) {
            while true {
                if session.isReady, !session.isWaiting { session.request(incremental: true) }
                switch session.need {
                case .bytes(let count):
                    guard rest.count >= count else { return session.isReady ? .accepted : .refused }
                    _ = try session.receive(rest.prefix(count))
                    rest = rest.dropFirst(count)
                case .pixels(let area):
                    guard !area.isEmpty, size.bounds.contains(area) else {
                        return .broken("pixels outside the picture")
                    }
                    guard rest.count >= area.size.area * 4 else { return .accepted }
                    rest = rest.dropFirst(area.size.area * 4)
                    _ = session.pixelsArrived()
                case .skip(let count):
                    guard rest.count >= count else { return .accepted }
                    rest = rest.dropFirst(count)
                    session.skipped()
                }
                _ = session.takeOutput()
            }
        } catch {
            return .refused
        }
    }

    /// What a client sends: greeting, pixel format, encodings, requests, keys, pointer, text.
    private static let clientStream: [UInt8] =
        Array("RFB 003.008\n".utf8) + [1, 1] + [0, 0, 0, 0] + RFBPixelFormat.native.encoded
        + [2, 0, 0, 1, 0, 0, 0, 0] + [3, 0] + header([0, 0, 8, 8]) + [4, 1, 0, 0, 0, 0, 0, 0x35]
        + [5, 0] + header([3, 3]) + [6, 0, 0, 0, 0, 0, 0, 2] + Array("hi".utf8) + [3, 1] + header([2, 2, 2, 2])

    static let rfbServer = FuzzTarget(name: "rfb-server", corpus: [clientStream]) { input in
        var session = RFBServerSession(size: size, name: "fuzz")
        let picture = Picture(size: size)
        do throws(RFBError) {
            var rest = input[...]
            var width = 1
            while !rest.isEmpty {
                for event in try session.receive(rest.prefix(width)) {
                    switch event {
                    case .updateRequested(_, let area) where !size.bounds.contains(area):
                        return .broken("a request outside the picture")
                    case .pointer(let x, let y, _)
                    where !(0..<size.width).contains(x) || !(0..<size.height).contains(y):
                        return .broken("a pointer outside the picture")
                    default: break
                    }
                }
                rest = rest.dropFirst(width)
                width = width % 29 + 7
                session.addDamage(Rectangle(x: 1, y: 1, width: 3, height: 2))
                if session.wantsUpdate { _ = session.update(from: picture) }
                _ = session.takeOutput()
            }
            return session.isReady ? .accepted : .refused
        } catch {
            return .refused
        }
    }
}
