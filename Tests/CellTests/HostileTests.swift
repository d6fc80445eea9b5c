import LinuxBase
import Testing

/// What hostile applications try in a cell and, so that it is known to be something, outside of one.
@Suite(.serialized) struct HostileTests {
    @Test func `there are enough of them, each with a name of its own and a control that any kernel lets through`() {
        #expect(Hostility.all.count { $0.control != .ifKernelHasIt } >= 25)
        #expect(Set(Hostility.all.map(\.name)).count == Hostility.all.count)
    }

    @Test(arguments: Hostility.all)
    func `an application does not get`(act: Hostility) throws {
        let stage = try HostileStage.shared.get()
        if act.control == .anybody || act.control == .root && Process.user == 0 {
            let free = try stage.use { try $0.lawless.outside(act) }
            #expect(free.hasPrefix("got "), "without a cell it should: \(free)")
        }
        let (held, isWhole) = try stage.use { (try $0.guarded.inside(act), try $0.guarded.isWhole()) }
        #expect(held.hasPrefix("refused: ") || held.hasPrefix("ended: signal"), "\(held)")
        #expect(isWhole, "its neighbours are not as they were")
    }
}
