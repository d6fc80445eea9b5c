// vitrine-screen: looks at a machine's displays through the same modules as the terminal, one command a file. For the
// bench, and for whoever brings up a new board. Never part of a terminal's image.

internal import Glibc
internal import LinuxBase
internal import Pictures
internal import Plane

let usage = """
    usage: vitrine-screen list [CARD…]
           vitrine-screen colours|flips|keep [--card CARD] [--connector NAME] [--vt N] [--without PATH] [--size WxH]
      list      every card with its connectors, modes, planes and formats, or why it cannot be used
      colours   a known picture in BT.601 and BT.709, limited and full, read back and compared with the equations
      flips     --count N pictures one after another, counted
      keep      a picture on the display for --seconds N, and what happens to the display meanwhile
    """

StandardOutput.flushEachLine()
let words = Array(CommandLine.arguments.dropFirst())
do {
    switch words.first {
    case "list": exit(ListCommand.run(Array(words.dropFirst())))
    case "colours", "flips", "keep":
        let arguments = try Arguments(
            Array(words.dropFirst()),
            options: ["--card", "--connector", "--vt", "--without", "--count", "--seconds", "--size"], switches: [])
        let target = DisplayTarget(
            card: arguments["--card"], connector: arguments["--connector"],
            terminal: arguments["--vt"].flatMap { Int($0) },
            withoutPaths: Set(
                (arguments["--without"] ?? "").split(separator: ",").compactMap { FramePath(rawValue: String($0)) }))
        let sides = (arguments["--size"] ?? "").split(separator: "x").compactMap { Int($0) }
        let size = sides.count == 2 ? PixelSize(width: sides[0], height: sides[1]) : nil
        switch words.first {
        case "colours": exit(try ColourCommand.run(target, size: size))
        case "flips": exit(try FlipCommand.run(target, count: arguments["--count"].flatMap { Int($0) } ?? 1000))
        default:
            exit(try KeepCommand.run(target, size: size, seconds: arguments["--seconds"].flatMap { Int($0) } ?? 60))
        }
    default:
        print(usage)
        exit(2)
    }
} catch {
    print("vitrine-screen: \(error)")
    exit(1)
}
