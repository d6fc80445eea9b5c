internal import Cell
internal import Commands
internal import LinuxBase
internal import Logging
internal import RFB
internal import Send
internal import Synchronization
internal import Wire

/// What is entered at the terminal, on its way to the application.
extension Session {
    /// The shortest way to the application, on this thread, with nothing in between.
    func take(_ command: Command) throws(CommandError) {
        guard let input = try commands.accept(command) else { return }
        commands.markDelivered()
        // Before the key is written: a picture that shows it must not claim to be older than it.
        mailbox.delivered.store(commands.delivered, ordering: .releasing)
        limits?.commandSeen(now: Clock.now())
        guard case .serving(let cell, let pixels) = phase else { return }
        deliver(input, cell, pixels)
    }

    /// What the application does not ask for now is dropped: it was on its way when the mode changed.
    private func deliver(_ input: Input, _ cell: SandboxCell, _ pixels: RFBInput) {
        let mode = queue.entryMode
        switch input {
        case .key(let key):
            guard mode.contains(.keys), let symbol = key.keysym else { return }
            do throws(RFBError) { try pixels.press(symbol) } catch { inputFailed("\(error)") }
        case .pointer(let pointer):
            guard mode.contains(.touch) else { return }
            do throws(RFBError) {
                try pixels.pointer(x: Int(pointer.x), y: Int(pointer.y), buttons: pointer.phase == .up ? 0 : 1)
                isTouched = pointer.phase != .up
            } catch { inputFailed("\(error)") }
        case .card(let card):
            guard mode.contains(.card) else { return }
            wallet.card = card
            tell(.card(card.view), cell)
        case .trouble(let words):
            guard !mode.isDisjoint(with: [.card, .code]) else { return }
            tell(.trouble(words), cell)
        case .code(let scanned):
            guard mode.contains(.code) else { return }
            tell(.code(scanned), cell)
        case .pin(let pin):
            guard mode.contains(.pin) else { return }
            wallet.pin = pin
            tell(.pinEntered, cell)
        case .pinProgress(let digits):
            guard mode.contains(.pin) else { return }
            tell(.pinProgress(digits), cell)
        case .pinTrouble(let trouble):
            guard mode.contains(.pin) else { return }
            tell(.pinTrouble(trouble), cell)
        }
    }

    /// The finger's end does not come any more when touch is not asked for any more: nothing stays pressed.
    func letGo() {
        guard isTouched, case .serving(_, let pixels) = phase else { return }
        isTouched = false
        do throws(RFBError) { try pixels.pointer(x: 0, y: 0, buttons: 0) } catch { inputFailed("\(error)") }
    }

    /// An application that does not listen cannot be served: its socket holds hundreds of inputs.
    func tell(_ input: ApplicationInput, _ cell: SandboxCell) {
        do throws(CellError) {
            if try !cell.send(input.encoded()) { inputFailed("its control socket is full or closed") }
        } catch { inputFailed("\(error)") }
    }

    private func inputFailed(_ detail: String) {
        end(.failed(reason: "the application takes no input"), because: detail)
    }
}
