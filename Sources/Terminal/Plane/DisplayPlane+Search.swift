internal import DRM
internal import LinuxBase
internal import Measurements
internal import Pictures

extension DisplayPlane {
    func perform(_ action: DisplayLife.Action, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        switch action {
        case .search(let probing): search(probing: probing, shadow, now)
        case .check(let probing): check(probing: probing, shadow, now)
        }
    }

    /// Finds a display and lights it, or says why there is none.
    func search(probing: Bool, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard life.state != .away else { return }
        do throws(NoDisplay) {
            try light(probing: probing, shadow, now)
        } catch {
            goDark(error, now)
        }
    }

    private func goDark(_ reason: NoDisplay, _ now: MonotonicTime) {
        if life.state == .lit, let head {
            // Off, so that nothing stands frozen as if it were alive. Where that fails there is nobody to see it.
            do throws(DRMError) { try head.darken() } catch {}
        }
        release(scanout.darkened())
        retry = nil
        guard life.lost(reason, now) else { return }
        told = nil
        events.append(.dark(reason))
    }

    /// The display that is lit is looked at again: unplugged, or with other modes?
    private func check(probing: Bool, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        guard let card, let head else { return }
        let connector: Connector
        do throws(DRMError) {
            connector = try card.card.connector(head.plan.connector.identifier, probing: probing)
        } catch {
            goDark(.failed(error), now)
            if error.isCardGone { forgetCard() }
            return
        }
        guard connector.status != .disconnected else { return goDark(.disconnected, now) }
        let isLinkGood = connector.properties["link-status"].map { $0.value == 0 } ?? true
        if isLinkGood, connector.modes.contains(where: { $0.blob == head.plan.mode.blob }) { return }
        // Another display, or the same with other modes, or after its cable was put back.
        distrusted = []
        do throws(NoDisplay) {
            try light(probing: probing, shadow, now)
        } catch .tooSmall, .disconnected {
            // It is there, but does not say what it can do (an EDID that could not be read): what it shows it can.
        } catch {
            goDark(error, now)
        }
    }

    /// The card was pulled out.
    func loseCard(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        goDark(.noCard, now)
        forgetCard()
        search(probing: true, shadow, now)
    }

    /// Lets go of everything on the card, so that it is closed: whoever opens it next is its master.
    private func forgetCard() {
        for memory in memories { memory.forgetCard() }
        head = nil
        card = nil
        distrusted = []
    }

    private func light(
        probing: Bool, _ shadow: borrowing MemoryPlane, _ now: MonotonicTime
    ) throws(NoDisplay) {
        let layout = try openCard(probing: probing)
        var target = target
        target.withoutPaths.formUnion(distrusted)
        let plans = try DisplayPlanner.plans(for: layout, target: target, screen: screen)
        guard let card else { throw .noCard }
        do throws(DRMError) { try card.card.becomeMaster() } catch {
            if error.isBusy || error.isNotMaster { throw .taken }
            if error.isCardGone { forgetCard() }
            throw .failed(error)
        }
        var reason = "no plan"
        for plan in plans {
            do throws(DRMError) {
                return try light(plan, layout, on: card, shadow, now)
            } catch {
                if error.isNotMaster { throw .taken }
                if error.isCardGone {
                    forgetCard()
                    throw .failed(error)
                }
                reason = "\(plan.path.rawValue) on \(plan.connector.name): \(error)"
            }
        }
        throw .refused(reason)
    }

    private func light(
        _ plan: DisplayPlan, _ layout: CardLayout, on card: OpenCard, _ shadow: borrowing MemoryPlane,
        _ now: MonotonicTime
    ) throws(DRMError) {
        if let head, head.plan.isSame(as: plan), head.card === card {
            head.renew(plan, layout: layout)
        } else {
            head = try DisplayHead(plan, layout: layout, stream: stream, ringNumber: nextNumber(), on: card)
        }
        guard let head else { return }
        let picture = try framebuffer(scanout.video)
        let composition = try head.light(shadow: shadow, video: picture)
        statistics.modeSets += 1
        release(scanout.lit(with: composition))
        life.found(now)
        let what = "\(card.card.path) (\(card.card.driver)) \(head.plan.explanation)"
        if told != what { events.append(.lit(what, head.plan.path)) }
        told = what
        if scanout.video != nil, picture == nil { events.append(.streamLost) }
    }

    /// A card with a display: the one that is open already, else the first that has one. What is found wrong on the way
    /// is told by the most telling of the reasons.
    func openCard(probing: Bool) throws(NoDisplay) -> CardLayout {
        var reason = NoDisplay.noCard
        if let card {
            do throws(NoDisplay) { return try usable(card, probing: probing) } catch {
                reason = error
                if case .failed(let error) = reason, error.isCardGone { forgetCard() }
            }
        }
        for path in target.card.map({ [$0] }) ?? DisplayCard.paths() where path != card?.card.path {
            do throws(NoDisplay) {
                let candidate: OpenCard
                do throws(DRMError) { candidate = OpenCard(try DisplayCard(path, writeback: target.readsBack)) } catch {
                    if case .notDisplay = error { continue }
                    throw .failed(error)
                }
                let layout = try usable(candidate, probing: true)
                forgetCard()
                card = candidate
                return layout
            } catch {
                if reason == .noCard { reason = error }
            }
        }
        throw reason
    }

    private func usable(_ card: OpenCard, probing: Bool) throws(NoDisplay) -> CardLayout {
        let layout: CardLayout
        do throws(DRMError) { layout = try card.card.layout(probing: probing) } catch { throw .failed(error) }
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
