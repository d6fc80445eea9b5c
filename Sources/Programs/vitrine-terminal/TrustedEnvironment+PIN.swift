import Correspondence
import Entry
import LinuxBase
import Logging
import Measurements
import PIN
import Seal
import Secrets
import TLS
import Wire

/// A PIN, from the first digit to the block that only the bank's host opens. Digits stay here; the application learns how
/// many there are.
extension TrustedEnvironment {
    /// Longer than even slow typists take from digit to digit.
    private static let pinDeafTime: Duration = .seconds(2)

    func beginPIN(_ now: MonotonicTime) {
        guard let account = pinOwner() else { return refusePIN(.noAccount, now) }
        do throws(SealError) {
            guard try store.names().contains(PINKeyRecord.name) else { return refusePIN(.noKey, now) }
        } catch {
            log.error("sealed store: \(error)")
            return refusePIN(.noKey, now)
        }
        var digits = account.copied()
        defer { wipe(&digits) }
        let last = String(decoding: digits.suffix(4), as: UTF8.self)
        pinAccount = presentedAccount == nil ? "account …\(last)" : "card …\(last)"
        pin = PINEntry(now: now)
        timeline.note("pin", at: now)
    }

    func typePIN(_ key: Key, _ now: MonotonicTime) {
        switch pin?.press(key, at: now) {
        case .progress(let digits)?: tell(.pinProgress(digits), now)
        case .complete?: sendPIN(now)
        case .cancelled?: endPIN(.cancelled, now)
        case PINEntry.Action.none?, nil: return
        }
        drawStrip()
    }

    /// An entry that ends before its OK: whoever typed it types on, and what comes then must not reach an application.
    func stopPIN(_ now: MonotonicTime) {
        switch pin {
        case .some(let pin) where pin.count > 0: pinDeafUntil = now + Self.pinDeafTime
        case .some: break
        case .none: break
        }
        pin = nil
    }

    /// True while keys may still be digits of a PIN that is not asked for any more; each one makes it longer.
    func isDeafAfterPIN(_ now: MonotonicTime) -> Bool {
        guard let end = pinDeafUntil, now < end else { return false }
        pinDeafUntil = now + Self.pinDeafTime
        return true
    }

    func endPIN(_ trouble: PINTrouble, _ now: MonotonicTime) {
        stopPIN(now)
        openKeys()
        refusePIN(trouble, now)
        drawStrip()
    }

    private func refusePIN(_ trouble: PINTrouble, _ now: MonotonicTime) {
        log.info("no PIN: \(trouble)")
        tell(.pinTrouble(trouble), now)
        // Keys are the application's again only when it says so: what is typed on is dropped, and a cancel leaves.
        entry.enter(entry.mode.subtracting([.pin, .keys]))
    }

    private func sendPIN(_ now: MonotonicTime) {
        guard let account = pinOwner(), let typed = pin.take() else { return }
        do {
            let key = try nextKey()
            let fill = SecretBytes(copying: try Random.bytes(PINBlock.fillBytes))
            let block = try typed.encrypted(account: account, fill: fill, key: key) { key, block in
                BlockCipher.encipher(block, key: key)
            }
            openKeys()
            tell(.pin(block), now)
            entry.enter(entry.mode.subtracting([.pin, .keys]))
        } catch {
            log.error("no PIN: \(error)")
            refusePIN(.noKey, now)
        }
    }

    /// The register without this key is on the disk before the key is used: no key ever encrypts two PINs.
    private func nextKey() throws -> TransactionKey {
        var bytes = try store.read(PINKeyRecord.name)
        defer { wipe(&bytes) }
        var register = try DerivationRegister(decoding: SecretBytes(copying: bytes))
        let key = try register.next { key, block in BlockCipher.encipher(block, key: key) }
        var rest = register.encoded().copied()
        defer { wipe(&rest) }
        try store.write(PINKeyRecord.name, rest)
        return key
    }

    /// The card that the application has got, or the account that is stored for it.
    private func pinOwner() -> SecretBytes? {
        if let digits = presentedAccount?.copied() { return SecretBytes(copying: digits) }
        guard launch?.row.storedData.contains(AccountRecord.name) == true else { return nil }
        guard var bytes = try? store.read("data/" + AccountRecord.name) else { return nil }
        defer { wipe(&bytes) }
        return AccountRecord.digits(bytes).map { SecretBytes(copying: $0) }
    }
}
