/// Who an input device says that it is. Only its place on the bus is not up to the device itself.
public struct InputIdentity: Equatable, Sendable, CustomStringConvertible {
    /// Bus types of linux/input.h that matter here.
    public static let usb: UInt16 = 0x03

    /// As the device or its driver names itself; whatever bytes it likes.
    public var name: String
    /// Its place on the bus, as the driver words it (`usb-0000:00:1a.0-1.5/input0`); empty where the driver says none.
    public var phys: String
    public var bus: UInt16
    public var vendor: UInt16
    public var product: UInt16

    public init(name: String, phys: String = "", bus: UInt16 = 0, vendor: UInt16 = 0, product: UInt16 = 0) {
        self.name = name
        self.phys = phys
        self.bus = bus
        self.vendor = vendor
        self.product = product
    }

    /// For a log: a hostile name cannot move its cursor or fill it.
    public var description: String {
        let safe = name.unicodeScalars.prefix(80).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return "\"\(String(safe))\" (\(hex(vendor)):\(hex(product)))"
    }

    private func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
