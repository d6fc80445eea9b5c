// vitrine-launch: the rich side's hand. It asks the trusted environment to launch an application and reports how that
// ended. It never sees the screen, a key or a card.

internal import Launch
internal import LinuxBase
internal import Wire

Signals.ignoreBrokenPipes()
LaunchCommand.run(Array(CommandLine.arguments.dropFirst()))
