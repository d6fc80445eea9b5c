// vitrine-card: cards that answer, on a desk of their own (see CardKit).
//
//   vitrine-card desk FOLDER                       the desk itself, in namespaces that CardDesk made for it
//   vitrine-card play FOLDER [SLOT] CARD           a desk with a card on it, until the input ends; prints what a client
//                                                  needs in its environment. CARD is, for example
//                                                  payment pan=4111111111111111 delay=20, or tag ndef=D1010...

import CardKit
import LinuxBase

func fail(_ text: String) -> Never {
    let error = Descriptor(owning: 2)
    try? error.writeAll(Array((text + "\n").utf8))  // Nobody to tell if this cannot be written.
    exitNow(2)
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "desk" where arguments.count == 2: try DeskServer(folder: arguments[1]).run()
    case "play" where arguments.count >= 3:
        let slot = Int(arguments[2])
        guard let card = CardDescription(words: Array(arguments.dropFirst(slot == nil ? 2 : 3))) else {
            fail("vitrine-card: no such card")
        }
        try Files.makeFolder(arguments[1])
        let desk = try CardDesk(folder: arguments[1])
        try desk.insert(card, slot: slot ?? 0)
        print(desk.environment)
        while readLine() != nil {}
        _ = consume desk
    default: fail("usage: vitrine-card desk FOLDER | play FOLDER [SLOT] CARD")
    }
} catch {
    fail("vitrine-card: \(error)")
}
