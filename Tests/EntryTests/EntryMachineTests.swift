import Entry
import Measurements
import Testing
import Wire

private func time(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

@Suite struct EntryMachineTests {
    @Test func `keys are numbered from one without gaps, and refused ones take no number`() {
        var machine = EntryMachine()
        #expect(machine.press(.digit(1), at: time(0)) == .refused(.closed))
        machine.enter(.keys)
        #expect(machine.press(.digit(1), at: time(1)) == .send(Command(sequence: 1, key: .digit(1))))
        machine.enter(.none)
        #expect(machine.press(.digit(2), at: time(2)) == .refused(.closed))
        machine.enter(.keys)
        #expect(machine.press(.ok, at: time(3)) == .send(Command(sequence: 2, key: .ok)))
    }

    @Test func `a key over the limit is refused, and those before it are kept in order`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        for n in 1...EntryMachine.limit {
            #expect(machine.press(.digit(UInt8(n % 10)), at: time(0)) != .refused(.full))
        }
        #expect(machine.press(.digit(0), at: time(0)) == .refused(.full))
        #expect(machine.unacknowledged.map(\.sequence) == Array(1...UInt64(EntryMachine.limit)))
        _ = try machine.answered(through: 1, at: time(1))
        #expect(machine.press(.ok, at: time(2)) == .send(Command(sequence: UInt64(EntryMachine.limit) + 1, key: .ok)))
    }

    @Test func `an answer forgets the keys it covers and says how long each took`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        for n in 0..<3 { _ = machine.press(.digit(UInt8(n)), at: time(UInt64(n))) }
        let answered = try machine.answered(through: 2, at: time(5))
        #expect(answered.map(\.sequence) == [1, 2])
        #expect(answered.map(\.after) == [.milliseconds(5), .milliseconds(4)])
        #expect(try machine.answered(through: 2, at: time(6)).isEmpty)
        #expect(try machine.answered(through: 0, at: time(6)).isEmpty)
        #expect(machine.unacknowledged == [Command(sequence: 3, key: .digit(2))])
    }

    @Test func `after a reconnection exactly the keys the server lacks are sent again with their numbers`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        for n in 1...4 { _ = machine.press(.digit(UInt8(n)), at: time(0)) }
        _ = try machine.answered(through: 1, at: time(1))
        let again = try machine.resumed(received: 3, mode: .keys, at: time(2))
        #expect(again == [Command(sequence: 4, key: .digit(4))])
        #expect(machine.press(.ok, at: time(3)) == .send(Command(sequence: 5, key: .ok)))
    }

    @Test func `the server cannot acknowledge what was never sent, nor take an acknowledgement back`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        _ = machine.press(.digit(1), at: time(0))
        _ = machine.press(.digit(2), at: time(0))
        #expect(throws: EntryError.acknowledgedUnsent(acknowledged: 3, sent: 2)) {
            try machine.answered(through: 3, at: time(1))
        }
        #expect(machine.unacknowledged.count == 2)
        _ = try machine.answered(through: 2, at: time(1))
        #expect(throws: EntryError.acknowledgedLess(acknowledged: 1, before: 2)) {
            try machine.resumed(received: 1, mode: .keys, at: time(1))
        }
    }

    @Test func `cancel belongs to the application, until the application does not answer it`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        #expect(machine.press(.cancel, at: time(0)) == .send(Command(sequence: 1, key: .cancel)))
        #expect(machine.press(.cancel, at: time(700)) == .send(Command(sequence: 2, key: .cancel)))
        #expect(machine.press(.cancel, at: time(1000)) == .leave)
        _ = try machine.answered(through: 2, at: time(1001))
        #expect(machine.press(.cancel, at: time(1700)) == .send(Command(sequence: 3, key: .cancel)))
    }

    @Test func `cancel twice at once leaves any application, even one that answers`() throws {
        var machine = EntryMachine()
        machine.enter(.keys)
        #expect(machine.press(.cancel, at: time(0)) == .send(Command(sequence: 1, key: .cancel)))
        _ = try machine.answered(through: 1, at: time(5))
        #expect(machine.press(.cancel, at: time(601)) == .send(Command(sequence: 2, key: .cancel)))
        _ = try machine.answered(through: 2, at: time(605))
        #expect(machine.press(.digit(1), at: time(610)) == .send(Command(sequence: 3, key: .digit(1))))
        #expect(machine.press(.cancel, at: time(620)) == .send(Command(sequence: 4, key: .cancel)))
        _ = try machine.answered(through: 4, at: time(625))
        #expect(machine.press(.cancel, at: time(1220)) == .leave)
    }

    @Test func `cancel leaves a session that takes no keys`() {
        var machine = EntryMachine()
        #expect(machine.press(.cancel, at: time(0)) == .leave)
    }
}
