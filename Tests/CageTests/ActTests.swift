import Decoder
import Glibc
import LinuxBase
import Measurements
import Testing

/// The planted exploit: a decoder that runs hostile code when the cage has closed. What it must not get is in `Act.all`.
@Suite(.serialized) struct ActTests {
    /// Without a cage: so that the test below can fail.
    @Test(arguments: Act.all) func `an act does what it wants where nothing holds it`(act: Act) throws {
        try withFolder { folder in
            var scene = try Scene(folder)
            let answer = try answer(scene.words(act.words), wrapper(folder, hostile(), "--uncaged"))
            var expected: Set<Scene.Effect> = []
            switch act.control {
            case .succeeds(let effects):
                #expect(code(answer) == 0 || effects.isEmpty && code(answer) == UInt32(ENOSYS), "\(describe(answer))")
                expected = effects
            case .returns: #expect(code(answer) != nil, "\(describe(answer))")
            case .returnsOrFaults:
                #expect(code(answer) != nil || answer == .ended(.signalled(SIGSEGV)), "\(describe(answer))")
            case .becomesAnother(let effects):
                #expect(answer == .ended(.exited(0)))
                expected = effects
            }
            #expect(try scene.effects(expected: expected) == expected)
        }
    }

    @Test(arguments: Act.all) func `in the cage it gets nothing, and a picture follows within a second`(act: Act) throws
    {
        try expectNothing(act)
    }

    @Test func `an act that does not exist is no success`() throws {
        guard case .refused = try answer("fly", hostile()) else { return #expect(Bool(false), "it flew") }
    }
}

/// The same with the devices that this machine has: a terminal's has all of them.
@Suite(.serialized) struct DeviceTests {
    @Test(arguments: Act.devices) func `a device opens where nothing holds the hand`(act: Act) throws {
        try withFolder { folder in
            let answer = try answer(act.words, wrapper(folder, hostile(), "--uncaged"))
            let isThere = Files.exists(String(act.words.dropFirst("open-device ".count)))
            // Some are others' at the moment, or root's.
            let busy: Set<UInt32> = [0, UInt32(EBUSY), UInt32(EACCES), UInt32(EPERM)]
            let left = try #require(code(answer), "\(describe(answer))")
            #expect(isThere ? busy.contains(left) : left == UInt32(ENOENT))
        }
    }

    @Test(arguments: Act.devices) func `in the cage none does`(act: Act) throws { try expectNothing(act) }
}

/// Submits the act to a decoder and returns the first thing that it says.
private func answer(_ words: String, _ executable: String) throws -> DecoderEvent? {
    var link = try link(executable)
    try waitUntilReady(&link)
    try link.submit(Array(words.utf8)[...], sequence: 1)
    return try event(&link)
}

/// What the act's call left, when the process lived to say so.
private func code(_ answer: DecoderEvent?) -> UInt32? {
    if case .frame(let frame) = answer { frame.microseconds } else { nil }
}

private func describe(_ answer: DecoderEvent?) -> String { answer.map { "\($0)" } ?? "it says nothing" }

private func expectNothing(_ act: Act) throws {
    try withFolder { folder in
        var scene = try Scene(folder)
        let spare = try warmSpare()
        let answer = try answer(scene.words(act.words), hostile())
        switch act.caged {
        case .killed:
            let isFault = act.control == .returnsOrFaults && answer == .ended(.signalled(SIGSEGV))
            #expect(answer == .ended(.signalled(SIGSYS)) || isFault)
        case .fails(let errno): #expect(code(answer) == errno, "\(describe(answer))")
        }
        #expect(try timeToPicture(spare) < .seconds(1))
        #expect(try scene.effects(expected: []) == [])
    }
}
