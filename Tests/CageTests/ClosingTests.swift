import Decoder
import Glibc
import LinuxBase
import Measurements
import Testing

/// A cage that did not close is a reason to end, also where a call only says that it worked.
@Suite(.serialized) struct ClosingTests {
    private let notConfined = DecoderEvent.ended(.exited(DecoderExit.notConfined.rawValue))

    /// The product's own decoder where `call` answers with an errno; 0 is a lie.
    private func firstWords(without call: String) throws -> DecoderEvent? {
        try withFolder { folder in
            let decoder = try program("vitrine-decoder")
            var link = try link(wrapper(folder, hostile(), "--without \(call) \(decoder)"))
            return try event(&link, timeout: .seconds(20))
        }
    }

    @Test(arguments: [
        "getdents64=1", "close_range=1", "close_range=0", "capset=1", "capset=0", "capget=1", "capget=0", "prctl=1",
        "prctl=0", "landlock_create_ruleset=1", "landlock_create_ruleset=0", "landlock_restrict_self=1",
        "landlock_restrict_self=0", "prlimit64=1", "prlimit64=0", "seccomp=1", "seccomp=0",
    ])
    func `a decoder ends where a wall is missing`(call: String) throws {
        if call.hasPrefix("landlock_restrict"), try Landlock.version() == 0 { return }
        // Who has no capabilities to begin with loses none: no wall is missing then.
        if call == "capset=0", try !Process.hasCapabilities() { return }
        let words = try firstWords(without: call)
        #expect(words == notConfined)
    }

    @Test func `a kernel without Landlock is no such reason`() throws {
        try withFolder { folder in
            let decoder = try program("vitrine-decoder")
            // 38 is ENOSYS.
            var link = try link(wrapper(folder, hostile(), "--without landlock_create_ruleset=38 \(decoder)"))
            try waitUntilReady(&link)
        }
    }

    @Test func `a second thread is one`() throws {
        try withFolder { folder in
            var link = try link(wrapper(folder, hostile(), "--threaded"))
            #expect(try event(&link) == notConfined)
        }
    }
}
