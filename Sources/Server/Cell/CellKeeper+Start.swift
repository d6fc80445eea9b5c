internal import Confinement
internal import LinuxBase
internal import Measurements

/// The steps from nothing to a first process.
extension CellKeeper {
    func spawn(
        _ jailer: String, control: consuming Descriptor, order: consuming Descriptor, report: consuming Descriptor,
        information: consuming Descriptor
    ) throws(CellError) -> ChildProcess {
        typealias Number = CellLayout.Number
        do throws(SystemCallError) {
            let nothing = try Files.openNothing()
            return try ChildProcess(
                jailer, arguments: ["vitrine-cell"],
                descriptors: [
                    (nothing.raw, 0), (output.descriptor.raw, 1), (output.descriptor.raw, 2),
                    (control.raw, Number.control), (order.raw, Number.specification), (report.raw, Number.status),
                    (information.raw, Number.information),
                ])
        } catch { throw .system(error) }
    }

    func makeGroup(for specification: CellSpecification, number: Int32) throws(CellError) -> ControlGroup? {
        guard !Self.delegation.hierarchies.isEmpty else { return nil }
        let bounds = ControlGroup.Bounds(
            memoryBytes: specification.limits.memoryBytes,
            // bubblewrap's two processes count as well.
            processes: specification.limits.processes + 2)
        do throws(ConfinementError) {
            return try ControlGroup(
                in: Self.delegation, name: ControlGroupDelegation.name(number), bounds: bounds)
        } catch { throw .confinement("\(error)") }
    }

    /// bubblewrap writes `{ "child-pid": 1234, … }`.
    func firstProcess(
        from information: borrowing Descriptor, _ child: borrowing ChildProcess, _ deadline: MonotonicTime
    ) throws(CellError) -> Int32 {
        let text = String(decoding: try read(information, child, deadline, until: 0x7d), as: UTF8.self)
        guard let key = text.firstRange(of: "\"child-pid\":") else { throw .confinement(reason) }
        let digits = text[key.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }
        guard let number = Int32(digits), number > 1 else { throw .confinement(reason) }
        return number
    }

    /// Reads up to the byte `last`, or less when the child has gone.
    func read(
        _ source: borrowing Descriptor, _ child: borrowing ChildProcess, _ deadline: MonotonicTime, until last: UInt8
    ) throws(CellError) -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        do throws(SystemCallError) {
            while result.last != last && result.count < 8192 {
                let events = try Poll.wait(
                    for: [
                        (source.raw, .readable), (child.ended.raw, .readable), (stopping.descriptor, .readable),
                    ], timeout: deadline - Clock.now())
                guard events[2].isEmpty else { break }
                if !events[0].isEmpty {
                    guard case .bytes(let n) = try source.read(into: &buffer) else { break }
                    result += buffer[..<n]
                } else if !events[1].isEmpty {
                    break
                } else {
                    throw SystemCallError("start", 110)
                }
            }
        } catch {
            if error.code == 110 { throw .timedOut }
            throw .system(error)
        }
        return result
    }

    /// The end of what the jailer said, for an error.
    var reason: String {
        let said = text().split(separator: "\n").suffix(3).joined(separator: "; ")
        return said.isEmpty ? "ended without a word" : String(said.suffix(400))
    }
}

/// Two connected ends, ours and the cell's.
struct Ends: ~Copyable {
    let near: Descriptor
    let far: Descriptor

    init() throws(CellError) {
        do throws(SystemCallError) {
            self = try UnixSocket.pair().split { near, far in Ends(near: near, far: far) }
        } catch { throw .system(error) }
    }

    private init(near: consuming Descriptor, far: consuming Descriptor) {
        self.near = near
        self.far = far
    }
}
