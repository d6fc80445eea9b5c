import LinuxBase
import Testing

/// What the built programs hold, whatever their sources say.
@Suite struct LinkTests {
    /// A dynamic library's name, or the start of a mangled symbol: each is in a program's bytes when the library is in the
    /// program, shared or static, stripped of its symbol table or not.
    static let markers = [
        "libFoundation", "10Foundation", "20FoundationEssentials", "7NIOCore", "8NIOPosix", "CNIOBoringSSL",
        "BoringSSL",
        "14ArgumentParser",
    ]

    /// Programs are built beside the tests.
    private func program(_ name: String) throws -> [UInt8] {
        let path = Files.parent(of: try #require(Process.executablePath())) + "/" + name
        try #require(
            Files.exists(path), "\(path) is missing. Build the programs, then run the tests: make test")
        return try Files.read(path, limit: 1 << 30)
    }

    private func found(in bytes: [UInt8]) -> [String] { Self.markers.filter { contains(bytes, Array($0.utf8)) } }

    private func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        let span = bytes.span
        for start in 0...(bytes.count - wanted.count) where span[start] == first {
            var length = 1
            while length < wanted.count, span[start + length] == wanted[length] { length += 1 }
            if length == wanted.count { return true }
        }
        return false
    }

    @Test(arguments: Rules.terminalPrograms)
    func `a program of the terminal holds no Foundation, NIO, BoringSSL or argument parser`(name: String) throws {
        let bytes = try program(name)
        #expect(bytes.starts(with: [0x7f] + Array("ELF".utf8)))
        // It is a Swift program, and its text can be searched.
        #expect(contains(bytes, Array("libswiftCore.so".utf8)) || contains(bytes, Array("$sS".utf8)))
        #expect(found(in: bytes) == [])
    }

    @Test func `the server, which has them all, shows every mark`() throws {
        let missing = Set(Self.markers).subtracting(found(in: try program("vitrine-server")))
        #expect(missing == [], "\(missing.sorted())")
    }

    @Test func `the decoder and the launcher link neither TLS nor the TPM`() throws {
        for name in ["vitrine-decoder", "vitrine-launch"] {
            let bytes = try program(name)
            for library in ["libssl", "libcrypto", "libtss2", "libsqlite"] {
                #expect(!contains(bytes, Array(library.utf8)), "\(name): \(library)")
            }
        }
        // The one that parses the video is the one that has the codec.
        for name in ["vitrine-terminal", "vitrine-launch", "vitrine-provision"] {
            #expect(!contains(try program(name), Array("libavcodec".utf8)), "\(name)")
        }
    }

    @Test func `what holds secrets overwrites what it frees`() throws {
        let name = Array("__libc_free".utf8)
        for program in ["vitrine-terminal", "vitrine-provision", "vitrine-server", "vitrine-issuer"] {
            #expect(contains(try self.program(program), name), "\(program) has a `free` of its own")
        }
        #expect(!contains(try program("vitrine-launch"), name), "control")
    }
}
