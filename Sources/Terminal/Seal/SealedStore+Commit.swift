internal import LinuxBase
internal import Synchronization
internal import TPM

/// Changing the store: see `StoreIndex` for the order, which is forced.
extension SealedStore {
    /// Writes records (with bytes) and removes records (without), all or none, also through a power cut; of two changes
    /// of one record the later counts. Returns when all of it is on the disk and the TPM has counted it.
    ///
    /// When the TPM or the disk fails at the very end, the changes can be in the store though this throws: then they
    /// are as good as any, and the count is made up for by the next commit, or when the store is next opened.
    public func commit(_ changes: [(name: String, bytes: [UInt8]?)]) throws(SealError) {
        let changes = try Self.checked(changes)
        try state.withLock { (state) throws(SealError) in
            try count(&state)
            let old = state.index
            var new = old
            new.date += 1
            for (name, bytes) in changes {
                new.entries[name] = try bytes.map { (bytes) throws(SealError) in
                    try write(bytes, as: name, version: new.date, &state)
                }
            }
            // Removing what is not there changes nothing.
            guard new.entries != old.entries else { return }
            guard new.entries.count <= StoreIndex.recordLimit else {
                throw .tooManyRecords(limit: StoreIndex.recordLimit)
            }
            try replaceIndex(new, &state)
            try countOnce(&state)
            sweep(new)
        }
    }

    /// Brings the TPM's counter up to an index that was found or left behind, and refuses one that it does not belong
    /// to.
    func count(_ state: inout State) throws(SealError) {
        guard !state.isCounted else { return }
        let counter: UInt64
        do throws(TPMError) { counter = try tpm.storeCounter() } catch { throw .tpm(error) }
        let date = state.index.date
        if date > counter, date - counter == 1 { return try countOnce(&state) }
        try Self.require(date, counter)
        state.isCounted = true
    }

    /// Advances the TPM's counter to the date of a new index.
    private func countOnce(_ state: inout State) throws(SealError) {
        let counter: UInt64
        do throws(TPMError) { counter = try tpm.advanceStoreCounter() } catch { throw .tpm(error) }
        try Self.require(state.index.date, counter)
        state.isCounted = true
    }

    private static func require(_ date: UInt64, _ counter: UInt64) throws(SealError) {
        if date < counter { throw .oldCopy(date: date, counter: counter) }
        if date > counter { throw .fromElsewhere(date: date, counter: counter) }
    }

    /// Removes files of records that the index does not mention: old versions, and what commits that were cut off have
    /// left. Those that cannot be removed wait for the next time.
    func sweep(_ index: StoreIndex) {
        let mentioned = Set(index.entries.map { $0.key.fileName(version: $0.value.version) })
        guard let names = try? Files.names(in: folder + "/records") else { return }
        for name in names where !mentioned.contains(name) && RecordName.isFileName(name) {
            try? Files.remove(folder + "/records/" + name)
        }
    }

    private func write(
        _ bytes: [UInt8], as name: RecordName, version: UInt64, _ state: inout State
    ) throws(SealError) -> StoreIndex.Entry {
        let sealed = try SealedRecord.seal(bytes, name: name, version: version, key: state.key)
        do throws(SystemCallError) {
            try Files.replace(path(name, version), with: sealed)
        } catch {
            throw .system(error)
        }
        return StoreIndex.Entry(version: version, tag: SealedRecord.tag(of: sealed))
    }

    private func replaceIndex(_ new: StoreIndex, _ state: inout State) throws(SealError) {
        let sealed = try new.sealed(with: state.key)
        do throws(SystemCallError) {
            try Files.replace(Self.indexPath(folder), with: sealed)
        } catch {
            // Whether the new one is there cannot be told from the error. What lies on the disk is the store.
            let found = try Self.bytes(Self.indexPath(folder), record: StoreIndex.record, limit: StoreIndex.limit)
            state.index = try StoreIndex(opening: found, with: state.key)
            state.isCounted = false
            throw .system(error)
        }
        state.index = new
        state.isCounted = false
    }

    private static func checked(
        _ changes: [(name: String, bytes: [UInt8]?)]
    ) throws(SealError) -> [RecordName: [UInt8]?] {
        var result: [RecordName: [UInt8]?] = [:]
        for (text, bytes) in changes {
            let name = try RecordName(text)
            if let bytes, bytes.count > recordLimit { throw .tooLarge(record: name.text, limit: recordLimit) }
            result.updateValue(bytes, forKey: name)
        }
        return result
    }
}
