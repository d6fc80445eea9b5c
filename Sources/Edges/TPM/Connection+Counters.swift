internal import CTss2

/// Counters in the TPM's memory. They are read and advanced in a salted session: it proves that the answer is the
/// TPM's, since an old copy of the store would be as good as a new one to whoever could lie about them.
extension Connection {
    /// Makes the counter if it is absent, and gives a new one its first value.
    mutating func provisionCounter(_ index: UInt32) throws(TPMError) {
        let counter: ESYS_TR
        do throws(TPMError) {
            counter = try openCounter(index)
        } catch .missingCounter {
            try defineCounter(index)
            counter = try openCounter(index)
        }
        // A counter has no value, and another name, until it is first advanced; a killed process may have left it so.
        guard try !isWritten(counter) else { return }
        try withCounter(index) { (connection, counter, session) throws(TPMError) in
            try connection.increment(counter, session)
        }
    }

    mutating func read(_ index: UInt32) throws(TPMError) -> UInt64 {
        try withCounter(index) { (connection, counter, session) throws(TPMError) in
            try connection.value(of: counter, session)
        }
    }

    /// Adds one, and returns the new value.
    mutating func advance(_ index: UInt32) throws(TPMError) -> UInt64 {
        try withCounter(index) { (connection, counter, session) throws(TPMError) in
            try connection.increment(counter, session)
            return try connection.value(of: counter, session)
        }
    }

    /// Adds ones, at most `limit`, until the counter shows `value`; one that shows as much already is left alone.
    mutating func raise(_ index: UInt32, to value: UInt64, limit: UInt64) throws(TPMError) {
        try withCounter(index) { (connection, counter, session) throws(TPMError) in
            let shown = try connection.value(of: counter, session)
            guard value > shown else { return }
            guard value - shown <= limit else { throw .unreachableGeneration(counter: shown, generation: value) }
            for _ in shown..<value { try connection.increment(counter, session) }
        }
    }

    /// The counter, checked when it is first used.
    mutating func openCounter(_ index: UInt32) throws(TPMError) -> ESYS_TR {
        if let counter = opened[index] { return counter }
        guard var counter = try openHandle(index) else { throw .missingCounter(handle: index) }
        do throws(TPMError) { try requireCounter(counter, index, none) } catch {
            close(&counter)
            throw error
        }
        opened[index] = counter
        return counter
    }

    private borrowing func requireCounter(_ counter: ESYS_TR, _ index: UInt32, _ session: ESYS_TR) throws(TPMError) {
        try unsafe withIndexArea(of: counter, session) { (area) throws(TPMError) in
            let area = unsafe area.pointee.nvPublic
            guard area.attributes & ~CTss2_written == CTss2_counterAttributes, area.nameAlg == TPM2_ALG_SHA256,
                area.dataSize == 8, area.authPolicy.size == 0
            else { throw .otherCounter(handle: index, reason: "not a counter of ours") }
        }
    }

    private borrowing func defineCounter(_ index: UInt32) throws(TPMError) {
        var password = TPM2B_AUTH()
        var template = CTss2_counterTemplate(index)
        var counter: ESYS_TR = none
        try unsafe call("NV_DefineSpace") {
            unsafe Esys_NV_DefineSpace(
                $0, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, none, none, &password, &template, &counter)
        }
        close(&counter)
    }

    private borrowing func isWritten(_ counter: ESYS_TR) throws(TPMError) -> Bool {
        try unsafe withIndexArea(of: counter) { (area) throws(TPMError) in
            unsafe area.pointee.nvPublic.attributes & CTss2_written != 0
        }
    }

    private borrowing func increment(_ counter: ESYS_TR, _ session: ESYS_TR) throws(TPMError) {
        try unsafe call("NV_Increment") { unsafe Esys_NV_Increment($0, counter, counter, session, none, none) }
    }

    private borrowing func value(of counter: ESYS_TR, _ session: ESYS_TR) throws(TPMError) -> UInt64 {
        let bytes = try readIndex(counter, authorised: counter, session, size: 8, offset: 0)
        guard bytes.count == 8 else { throw .transport(call: "NV_Read", code: 0, reason: "\(bytes.count) bytes") }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func withCounter<R>(
        _ index: UInt32, _ body: (borrowing Connection, _ counter: ESYS_TR, _ session: ESYS_TR) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        let counter = try openCounter(index)
        let session = try startSession(saltedBy: openPrimary())
        defer { flush(session) }
        // Once more, now that nobody on the way can say that something else is a counter.
        if !proven.contains(index) {
            try requireCounter(counter, index, session)
            proven.insert(index)
        }
        return try body(self, counter, session)
    }
}

/// Indices of any kind.
extension Connection {
    borrowing func withIndexArea<R>(
        of index: ESYS_TR, _ session: ESYS_TR = ESYS_TR_NONE,
        _ body: (UnsafeMutablePointer<TPM2B_NV_PUBLIC>) throws(TPMError) -> R
    ) throws(TPMError) -> R {
        try unsafe call(
            "NV_ReadPublic", result: { unsafe Esys_NV_ReadPublic($0, index, session, none, none, $1, nil) }, body)
    }

    borrowing func readIndex(
        _ index: ESYS_TR, authorised: ESYS_TR, _ session: ESYS_TR, size: Int, offset: Int
    ) throws(TPMError) -> [UInt8] {
        try unsafe call("NV_Read") {
            unsafe Esys_NV_Read($0, authorised, index, session, none, none, UInt16(size), UInt16(offset), $1)
        } _: { (data: UnsafeMutablePointer<TPM2B_MAX_NV_BUFFER>) throws(TPMError) in
            var count = 0
            let base = unsafe CTss2_indexBytes(data, &count)
            return unsafe Array(UnsafeBufferPointer(start: base, count: count))
        }
    }
}
