internal import Correspondence
internal import Glibc
internal import LinuxBase
internal import Seal
internal import Secrets
internal import TPM
internal import Wire

/// Data of the terminal's user: in the sealed store, and released only to applications whose row names them.
extension Command {
    /// From the standard input: an argument would be in the list of processes.
    func setData(_ tpm: TPMDevice, _ name: String) throws(Problem) {
        try check(name)
        var value: [UInt8] = []
        defer { wipe(&value) }
        try readInput(into: &value)
        while let last = value.last, last == 0x0A || last == 0x0D { value.removeLast() }
        guard !value.isEmpty, value.count <= WireLimits.storedBytes, String(validating: value, as: UTF8.self) != nil
        else {
            throw Problem("the datum is not 1 to \(WireLimits.storedBytes) bytes of UTF-8", ExitCode.badData)
        }
        try commit([("data/\(name)", value)], open(tpm))
        say("\(name) is stored")
    }

    func removeData(_ tpm: TPMDevice, _ name: String) throws(Problem) {
        try check(name)
        try commit([("data/\(name)", nil)], open(tpm))
        say("\(name) is removed")
    }

    private func check(_ name: String) throws(Problem) {
        guard CorrespondenceRow.isStoredName(name) else {
            throw Problem(
                "\(name.debugDescription) is not a name for a datum: letters, digits and . _ -", ExitCode.usage)
        }
    }

    func readInput(into value: inout [UInt8]) throws(Problem) {
        var chunk = [UInt8](repeating: 0, count: 1024)
        defer { wipe(&chunk) }
        // Room for all, so that the array never moves and leaves a copy behind.
        value.reserveCapacity(2048)
        while value.count <= 1024 {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(0, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Problem("the standard input cannot be read", ExitCode.noInput) }
            if count == 0 { return }
            value.append(contentsOf: chunk[..<count])
        }
    }
}
