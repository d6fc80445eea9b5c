// vitrine-launch: the rich side's hand. It asks the trusted environment to launch an application and reports how that
// ended, for whoever asks by its own means: a command, a `vitrine:` address, a menu, the message bus. It never sees the
// screen, a key or a card.

internal import LinuxBase

Signals.ignoreBrokenPipes()
LaunchCommand.run(Array(CommandLine.arguments.dropFirst()))
