/// What each answer means. All of it is in `range` of `bytes`.
extension CardReading {
    mutating func proceed(_ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>) throws(CardFault) -> Next {
        switch state {
        case .directory: return try takeDirectory(status, bytes, range)
        case .probing(let index): return try takeProbe(status, bytes, range, index)
        case .selecting(let candidate): return try takeSelection(status, bytes, range, candidate)
        case .options(let application): return try takeOptions(status, bytes, range, application)
        case .reading(let application, let left): return try takeRecord(status, bytes, range, application, left)
        case .new, .ended: throw .outOfTurn
        }
    }

    /// A card that is blocked says so (6A81); any other refusal means that it has no contactless directory.
    private mutating func takeDirectory(
        _ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(CardFault) -> Next {
        guard status == Status.success else {
            guard status != Status.blockedCard else { throw .refused(status: status) }
            return try probe(0)
        }
        do throws(CardFormatError) {
            candidates = try CandidateList(directory: bytes, range, profile: profile)
        } catch { throw fault(error) }
        return try nextCandidate(after: .noApplication)
    }

    private mutating func probe(_ index: Int, next: Bool = false) throws(CardFault) -> Next {
        guard index < profile.applications.count else { return try nextCandidate(after: reason) }
        state = .probing(index)
        return .send(.select(profile.applications[index], next: next))
    }

    /// A name longer than the one that was asked for may have others beside it (EMV Book 1 §12.3.3).
    private mutating func takeProbe(
        _ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>, _ index: Int
    ) throws(CardFault) -> Next {
        guard status == Status.success else {
            guard status != Status.blockedCard else { throw .refused(status: status) }
            if status == Status.blockedApplication { reason = .refused(status: status) }
            return try probe(index + 1)
        }
        let asked = profile.applications[index]
        let mayHaveMore: Bool
        do throws(CardFormatError) {
            let found = try SelectedApplication(bytes, range, selected: asked, label: "")
            let isNew = try candidates.add(
                Candidate(identifier: found.name, priority: found.priority, label: found.label))
            // With an application that is on the list already the card goes round.
            mayHaveMore = isNew && found.name.count > asked.count
        } catch {
            guard error != .tooMany else { throw .overLimit }
            reason = fault(error)
            mayHaveMore = false
        }
        return try mayHaveMore ? probe(index, next: true) : probe(index + 1)
    }

    /// A blocked application (6283), one that is not there after all (6A82) or whose words are not in order is passed
    /// over (EMV Book 1 §12.4).
    private mutating func takeSelection(
        _ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>, _ candidate: Candidate
    ) throws(CardFault) -> Next {
        guard status == Status.success else {
            guard status != Status.blockedCard else { throw .refused(status: status) }
            return try nextCandidate(after: .refused(status: status))
        }
        let application: SelectedApplication
        do throws(CardFormatError) {
            application = try SelectedApplication(
                bytes, range, selected: candidate.identifier, label: candidate.label)
        } catch { return try nextCandidate(after: fault(error)) }
        let list = application.options
        // Before a list of thousands of entries becomes megabytes.
        guard list.dataLength <= CardLimits.commandData,
            let command = CommandAPDU.processingOptions(list.data { profile.value($0) ?? transaction.value($0) })
        else { return try nextCandidate(after: .overLimit) }
        records = CardRecords()
        state = .options(application)
        return .send(command)
    }

    /// Format 1 is a profile of two bytes and the file locator, format 2 data objects (EMV Book 3 §6.5.8.4). The
    /// profile is not used. A contactless application may have everything in its format 2 and no files (Book C-3
    /// §4.2.1).
    private mutating func takeOptions(
        _ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>, _ application: SelectedApplication
    ) throws(CardFault) -> Next {
        guard status == Status.success else {
            guard status == Status.notNow else { throw .refused(status: status) }
            return try nextCandidate(after: .refused(status: status))
        }
        do throws(CardFormatError) {
            let object = try DataObject(outermost: bytes, range)
            let locator: [UInt8]
            switch object.tag {
            case .responseFormat1:
                guard object.value.count >= 2 else { throw CardFormatError.badValue(.responseFormat1) }
                locator = bytes.copy(object.value.dropFirst(2))
            case .responseFormat2:
                try records.take(bytes, object.value)
                locator = records.locator
            default: throw CardFormatError.otherTemplate
            }
            return next(application, try FileLocator(decoding: locator).records[...])
        } catch { throw fault(error) }
    }

    private mutating func takeRecord(
        _ status: UInt16, _ bytes: RawSpan, _ range: Range<Int>, _ application: SelectedApplication,
        _ left: ArraySlice<FileLocator.Record>
    ) throws(CardFault) -> Next {
        guard status == Status.success else { throw .refused(status: status) }
        do throws(CardFormatError) {
            let object = try DataObject(outermost: bytes, range)
            guard object.tag == .record else { throw CardFormatError.otherTemplate }
            try records.take(bytes, object.value)
        } catch { throw fault(error) }
        return next(application, left.dropFirst())
    }

    private mutating func next(_ application: SelectedApplication, _ left: ArraySlice<FileLocator.Record>) -> Next {
        guard let record = left.first else { return .finish(application) }
        state = .reading(application, left: left)
        return .send(.read(record))
    }

    mutating func nextCandidate(after fault: CardFault) throws(CardFault) -> Next {
        reason = fault
        guard let candidate = candidates.takeFirst() else { throw reason }
        state = .selecting(candidate)
        return .send(.select(candidate.identifier))
    }

    private func fault(_ error: CardFormatError) -> CardFault {
        error == .tooMany ? .overLimit : .malformed(at: exchange.sent)
    }
}

/// Status words that make a difference (EMV Book 3 §6.3.5, ISO/IEC 7816-4 §5.1.3).
private enum Status {
    static let success: UInt16 = 0x9000
    static let blockedApplication: UInt16 = 0x6283
    static let notNow: UInt16 = 0x6985
    static let blockedCard: UInt16 = 0x6A81
}
