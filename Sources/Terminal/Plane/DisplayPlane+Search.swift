internal import DRM
internal import LinuxBase
internal import Measurements
internal import Pictures

extension DisplayPlane {
    func perform(_ action: DisplayLife.Action, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        switch action {
        case .search: search(shadow, now)
        case .check(let probing): check(probing: probing, shadow, now)
        }
    }

    /// Finds a display and lights it, or says why there is none.
    func search(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        do throws(NoDisplay) {
            try light(shadow, now)
        } catch {
            goDark(error, now)
        }
    }

    private func goDark(_ reason: NoDisplay, _ now: MonotonicTime) {
        release(scanout.darkened())
        retry = nil
        if life.lost(reason, now) { events.append(.dark(reason)) }
    }

    /// The display that is lit is looked at again: unplugged, or with other modes?
    private func check(probing: Bool, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard let card, let head else { return }
        let connector: Connector
        do throws(DRMError) {
            connector = try card.card.connector(head.plan.connector.identifier, probing: probing)
        } catch {
            if error.isGone { forgetCard() }
            return goDark(.failed(error), now)
        }
        guard connector.status != .disconnected else { return goDark(.disconnected, now) }
        if connector.modes.contains(where: { $0.blob == head.plan.mode.blob }) { return }
        // Another display, or the same with other modes.
        search(shadow, now)
    }

    /// The card was pulled out.
    func loseCard(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        goDark(.noCard, now)
        forgetCard()
        search(shadow, now)
    }

    private func forgetCard() {
        head = nil
        card = nil
    }

    private func light(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) throws(NoDisplay) {
        let layout = try openCard()
        let plans = try DisplayPlanner.plans(for: layout, target: target, screen: screen)
        guard let card else { throw .noCard }
        do throws(DRMError) { try card.card.becomeMaster() } catch {
            if error.isGone { forgetCard() }
            if error.isBusy || error.isNotMaster { throw .taken }
            throw .failed(error)
        }
        var reason = "no plan"
        for plan in plans {
            do throws(DRMError) {
                try light(plan, layout, on: card, shadow, now)
                return
            } catch {
                reason = "\(plan.path.rawValue) on \(plan.connector.name): \(error)"
                if error.isGone { forgetCard() }
                if error.isNotMaster { throw .taken }
            }
        }
        throw .refused(reason)
    }

    private func light(
        _ plan: DisplayPlan, _ layout: CardLayout, on card: OpenCard, _ shadow: borrowing MemoryPlane,
        _ now: MonotonicTime
    ) throws(DRMError) {
        let before = head
        if before == nil || before?.plan.isSame(as: plan) == false || before?.card !== card {
            head = try DisplayHead(plan, layout: layout, stream: stream, ringNumber: nextNumber(), on: card)
        }
        guard let head else { return }
        let picture = try framebuffer(scanout.video)
        let composition = try head.light(shadow: shadow, video: picture)
        statistics.modeSets += 1
        release(scanout.lit(with: composition))
        let isNews = life.state != .lit || before !== head
        life.found(now)
        if isNews {
            events.append(.lit("\(card.card.path) (\(card.card.driver)) \(head.plan.explanation)", head.plan.path))
        }
    }

    /// The plan that would be tried first.
    func firstPlan(screen: PixelSize?) throws(NoDisplay) -> DisplayPlan {
        try DisplayPlanner.plans(for: try openCard(), target: target, screen: screen)[0]
    }

    /// A card with a display: the one that is open already, else the first that has one. What is found wrong on the way
    /// is told by the most telling of the reasons.
    private func openCard() throws(NoDisplay) -> CardLayout {
        var reason = NoDisplay.noCard
        if let card {
            do throws(NoDisplay) { return try usable(card) } catch {
                reason = error
                if case .failed(let error) = reason, error.isGone { forgetCard() }
            }
        }
        for path in target.card.map({ [$0] }) ?? DisplayCard.paths() where path != card?.card.path {
            do throws(NoDisplay) {
                let candidate: OpenCard
                do throws(DRMError) { candidate = OpenCard(try DisplayCard(path, writeback: target.readsBack)) } catch {
                    if case .notDisplay = error { continue }
                    throw .failed(error)
                }
                let layout = try usable(candidate)
                head = nil
                card = candidate
                return layout
            } catch {
                if reason == .noCard { reason = error }
            }
        }
        throw reason
    }

    private func usable(_ card: OpenCard) throws(NoDisplay) -> CardLayout {
        let layout: CardLayout
        do throws(DRMError) { layout = try card.card.layout() } catch { throw .failed(error) }
        _ = try DisplayPlanner.connector(in: layout, target: target)
        return layout
    }
}

extension DisplayPlan {
    /// Buffers made for one fit the other.
    func isSame(as other: DisplayPlan) -> Bool {
        connector.identifier == other.connector.identifier && controller.identifier == other.controller.identifier
            && mode.blob == other.mode.blob && primary.identifier == other.primary.identifier
            && stream?.identifier == other.stream?.identifier && path == other.path && screen == other.screen
    }
}
