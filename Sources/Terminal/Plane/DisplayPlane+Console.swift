internal import DRM
internal import LinuxBase
internal import Measurements

/// Virtual terminals: the display is lent to whoever is switched to, and taken back after.
extension DisplayPlane {
    func takeSwitches(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        switch console {
        case .none: return
        case .some(let console):
            for change in console.takeSwitches() {
                do throws(SystemCallError) {
                    switch change {
                    case .releaseRequested:
                        leave()
                        if try !console.allowRelease() { perform(life.enter(now), shadow, now) }
                    case .acquired: perform(life.enter(now), shadow, now)
                    }
                } catch {
                    events.append(.stumbled("virtual terminal: \(error)"))
                }
            }
        }
    }

    func leave() {
        release(scanout.darkened())
        retry = nil
        life.leave()
        told = nil
        events.append(.dark(.away))
        guard let card else { return }
        do throws(DRMError) { try card.card.dropMaster() } catch {
            events.append(.stumbled("the display cannot be given away: \(error)"))
        }
    }
}
