internal import DRM
internal import LinuxBase
internal import Measurements
internal import Pictures
internal import Plane

/// A display with a screen on it as the terminal has one: a strip, and a stream below it.
final class Stage {
    static let stripHeight = 32
    let display: DisplayPlane
    var shadow: MemoryPlane
    let stream: Rectangle
    let layout: PlanarLayout
    /// What the display has said, oldest first.
    var events: [DisplayEvent] = []
    private var buffers: MappedParts?
    private(set) var number = 0
    static let count = 9
    var stride: Int { (layout.byteCount + 4095) & ~4095 }

    init(_ target: DisplayTarget, size: PixelSize?) throws {
        display = try DisplayPlane(target, now: Clock.now())
        let size = size ?? display.naturalSize() ?? PixelSize(width: 800, height: 480)
        shadow = try MemoryPlane(size: size)
        stream = Rectangle(x: 0, y: Self.stripHeight, width: size.width, height: size.height - Self.stripHeight)
        layout = PlanarLayout(size: stream.size)
        paintTrusted()
        display.start(shadow, stream: stream, now: Clock.now())
        turn()
    }

    /// The trusted environment's pixels: a pattern in which every pixel differs from its neighbours.
    func paintTrusted() {
        var picture = Picture(size: shadow.size)
        for y in 0..<picture.size.height {
            for x in 0..<picture.size.width { picture[x, y] = Self.trusted(x, y) }
        }
        shadow.show(picture, x: 0, y: 0)
    }

    static func trusted(_ x: Int, _ y: Int) -> Colour {
        Colour(red: UInt8(x * 7 & 255), green: UInt8(y * 11 & 255), blue: UInt8((x ^ y) & 255))
    }

    func commit() {
        let damage = shadow.damage
        shadow.commit()
        display.commit(shadow, damage: damage, now: Clock.now())
        turn()
    }

    func turn() { events += display.handle(shadow, now: Clock.now()) }

    /// Waits for the display and takes what it says, until `deadline` or until `isDone`.
    func wait(until deadline: MonotonicTime, _ isDone: () -> Bool) throws -> Bool {
        while !isDone() {
            let now = Clock.now()
            guard now < deadline else { return false }
            let next = min(display.deadline ?? deadline, deadline)
            _ = try Poll.wait(for: display.watched, timeout: max(.zero, next - now))
            turn()
        }
        return true
    }

    /// Memory of the display's, mapped as a decoder maps it; false when the display shows copies only.
    func openBuffers() throws -> Bool {
        guard let given = display.openStream(layout: layout, bytes: stride, count: Self.count) else { return false }
        number = given.number
        buffers = try MappedParts(given.descriptors, partBytes: stride)
        return true
    }

    /// Draws into one of the buffers.
    func draw(_ picture: TestPicture, buffer: Int) {
        switch buffers {
        case .some(let memory): unsafe picture.write(to: memory.base + buffer * stride, layout)
        case .none: preconditionFailure("there are buffers when the path is direct")
        }
    }

    /// Shows a picture whichever way the display's path goes, as the terminal does.
    func show(_ picture: TestPicture, buffer: Int, colour: ColourDescription) throws {
        if display.path == .direct, number != 0 {
            draw(picture, buffer: buffer)
            if display.show(FrameReference(memory: number, buffer: buffer), colour: colour) { return }
        }
        let memory = try SharedMemory(name: "picture", count: layout.byteCount)
        unsafe picture.write(to: memory.base, layout)
        let view = unsafe PlanarView(base: memory.base, layout: layout)
        if display.show(view, damage: stream.size.bounds, colour: colour) { return }
        shadow.show(view, damage: stream.size.bounds, x: stream.x, y: stream.y, colour: colour)
        display.noteConverted(bytes: stream.width * stream.height * 4)
    }
}
