internal import Kit
internal import Pictures
internal import Secrets
internal import Wire

/// A one-time code or an identifier, for the bank.
extension Payment {
    mutating func prove(_ key: Key, _ before: ProofEntry, _ attempt: Attempt, turn: inout Turn) {
        var entry = before
        switch key {
        case .ok where entry.typed == 0: entry.note = .nothingTyped
        case .ok:
            let text = typedProof(entry)
            proof = SecretBytes(count: WireLimits.proofBytes)
            return pay(attempt, proof: text, turn: &turn)
        case .cancel where entry.kind == .identifier:
            proof = SecretBytes(count: WireLimits.proofBytes)
            return answer(.needsMore(request: "Identification required"), turn: &turn)
        case .cancel:
            forget(&entry, turn: &turn)
            turn.finish(.cancelled)
        case .clear:
            forget(&entry, turn: &turn)
        default:
            if let byte = Self.byte(of: key, for: entry.kind) { append(byte, to: &entry, turn: &turn) }
        }
        if entry.note != before.note { turn.redraw(layout.notes) }
        phase = .proving(attempt, entry)
    }

    /// Wipes what is typed, and takes it from the picture.
    private mutating func forget(_ entry: inout ProofEntry, turn: inout Turn) {
        proof = SecretBytes(count: WireLimits.proofBytes)
        turn.redraw(changed(entry, 0))
        entry = ProofEntry(kind: entry.kind)
    }

    /// The one-time code that a bank sends has digits only; what the fields of its messages take is ASCII.
    private static func byte(of key: Key, for kind: ProofEntry.Kind) -> UInt8? {
        switch key {
        case .digit(let digit) where digit <= 9: 0x30 + digit
        case .character(let scalar) where kind == .identifier && (0x20...0x7E).contains(scalar.value):
            UInt8(scalar.value)
        default: nil
        }
    }

    private mutating func append(_ byte: UInt8, to entry: inout ProofEntry, turn: inout Turn) {
        guard entry.typed < entry.limit else { return entry.note = .tooLong }
        let position = entry.typed
        unsafe proof.withMutableBytes { unsafe $0[position] = byte }
        turn.redraw(changed(entry, position + 1))
        entry.typed = position + 1
        entry.note = .none
    }

    /// What looks otherwise when so many characters are typed: of a code also the digit before, which becomes a star.
    private borrowing func changed(_ entry: ProofEntry, _ typed: Int) -> Rectangle {
        guard entry.kind == .code else { return layout.fieldText }
        let first = max(0, min(entry.typed, typed) - 1)
        return layout.codeSlots[first..<max(entry.typed, typed)].reduce(.empty) { $0.union($1) }
    }

    /// As it goes to the bank, and as it is shown.
    borrowing func typedProof(_ entry: ProofEntry) -> String {
        unsafe proof.withBytes { bytes in
            // SAFETY: read within the closure only; `typed` is never more than the bytes there are.
            unsafe String(decoding: bytes.prefix(entry.typed), as: UTF8.self)
        }
    }
}
