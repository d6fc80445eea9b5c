internal import LinuxBase
internal import PIN
internal import Seal
internal import Secrets
internal import TLS
internal import TPM

/// The terminal's initial key for PINs (AES DUKPT): put in once, by whoever has it from the issuer's key facility.
extension Command {
    /// The key in hexadecimal, 32, 48 or 64 digits, from the standard input.
    func setPINKey(_ tpm: TPMDevice, _ identifierText: String) throws(Problem) {
        guard let identifier = [UInt8](hexadecimal: Array(identifierText.utf8)),
            identifier.count == KeySerialNumber.identifierBytes
        else { throw Problem("an initial key's identifier has 16 hexadecimal digits", ExitCode.usage) }
        var text: [UInt8] = []
        defer { wipe(&text) }
        try readInput(into: &text)
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        guard var key = [UInt8](hexadecimal: text), KeySize(rawValue: key.count) != nil else {
            throw Problem("an initial key has 32, 48 or 64 hexadecimal digits", ExitCode.badData)
        }
        defer { wipe(&key) }
        let store = try open(tpm)
        try checkUnused(identifier, store)
        var record = try Self.register(SecretBytes(copying: key), identifier)
        defer { wipe(&record) }
        try commit([(PINKeyRecord.name, record)], store)
        say("the PIN key \(identifierText) is stored; destroy every other copy of it")
    }

    /// A key that begins anew would encrypt two PINs under one working key.
    private func checkUnused(_ identifier: [UInt8], _ store: SealedStore) throws(Problem) {
        var bytes: [UInt8]
        do throws(SealError) {
            guard try store.names().contains(PINKeyRecord.name) else { return }
            bytes = try store.read(PINKeyRecord.name)
        } catch { throw Problem(error) }
        defer { wipe(&bytes) }
        // One that cannot be read is replaced.
        guard let register = try? DerivationRegister(decoding: SecretBytes(copying: bytes)) else { return }
        guard register.identifier != identifier else {
            throw Problem("this terminal has had the PIN key of this identifier: it needs another", ExitCode.badData)
        }
    }

    private static func register(_ key: consuming SecretBytes, _ identifier: [UInt8]) throws(Problem) -> [UInt8] {
        do throws(PINError) {
            let register = try DerivationRegister(initialKey: key, identifier: identifier) { key, block in
                BlockCipher.encipher(block, key: key)
            }
            return register.encoded().copied()
        } catch { throw Problem("the PIN key: \(error)", ExitCode.badData) }
    }
}
