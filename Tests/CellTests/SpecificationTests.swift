import Cell
import Confinement
import LinuxBase
import Pictures
import Testing

struct SpecificationTests {
    private func valid() -> CellSpecification {
        CellSpecification(
            application: "wallet", kind: .window, root: "/srv/wallet",
            command: ["/usr/bin/xcalc", "-geometry", "{width}x{height}+0+0"], size: PixelSize(width: 800, height: 448),
            request: [1, 2, 3], limits: CellLimits(memoryBytes: 1 << 28), libraries: ["/opt/runtime"])
    }

    @Test func `a specification survives its encoding`() throws {
        #expect(try CellSpecification(decoding: valid().encoded()) == valid())
        var onImage = valid()
        onImage.image = "/srv/image"
        #expect(try CellSpecification(decoding: onImage.encoded()) == onImage)
        #expect(valid().words == ["/usr/bin/xcalc", "-geometry", "800x448+0+0"])
    }

    static let spoilers: [(field: String, spoil: @Sendable (inout CellSpecification) -> Void)] = [
        ("application", { $0.application = "" }),
        ("application", { $0.application = String(repeating: "a", count: 65) }),
        ("root", { $0.root = "relative" }),
        ("root", { $0.root = "/a/../../etc" }),
        ("root", { $0.root = "/" + String(repeating: "a", count: 2000) }),
        ("image", { $0.image = "image" }),
        ("image", { $0.image = "/a/.." }),
        ("command", { $0.command = [] }),
        ("command", { $0.command = ["sh"] }),
        ("command", { $0.command = ["/bin/sh", "a\0b"] }),
        ("command", { $0.command = Array(repeating: "/x", count: 33) }),
        ("size", { $0.size = PixelSize(width: 8, height: 400) }),
        ("size", { $0.size = PixelSize(width: 800, height: 5000) }),
        ("limits", { $0.limits.memoryBytes = 0 }),
        ("limits", { $0.limits.cpuSeconds = 0 }),
        ("limits", { $0.limits.processes = 1 << 20 }),
        ("limits", { $0.limits.openFiles = 3 }),
        ("limits", { $0.limits.fileBytes = .max }),
        ("libraries", { $0.libraries = ["lib"] }),
        ("libraries", { $0.libraries = Array(repeating: "/lib", count: 17) }),
    ]

    @Test(arguments: spoilers.indices)
    func `a field out of range is named`(row: Int) {
        var specification = valid()
        Self.spoilers[row].spoil(&specification)
        let error = CellError.specification(Self.spoilers[row].field)
        #expect(throws: error) { try specification.check() }
        #expect(throws: error) { try CellSpecification(decoding: specification.encoded()) }
    }

    @Test func `bytes that are no specification are refused`() {
        let good = valid().encoded()
        for count in 0..<good.count {
            #expect(throws: CellError.self) { try CellSpecification(decoding: Array(good[..<count])) }
        }
        #expect(throws: CellError.specification("length")) {
            try CellSpecification(decoding: [UInt8](repeating: 0, count: CellSpecification.encodedBytes + 1))
        }
    }

    @Test func `every system call of the table exists, and is in one group`() throws {
        for kind in [CellSpecification.Kind.native, .window, .web] { _ = try CellCalls.filter(for: kind) }
        let all = CellCalls.groups.flatMap(\.calls) + Set(CellCalls.argumentRules.map(\.call))
        #expect(Set(all).count == all.count)
        #expect(throws: ConfinementError.unknownCall("no_such_call")) {
            _ = try SeccompFilter(default: .allow, rules: [(.killProcess, ["no_such_call"])])
        }
    }
}
