// vitrine-decoder: the only code that parses the video. Started by the terminal with one socket (descriptor 3) and no
// arguments; it has no files, no network and no keys. One thread. It ends when its socket does.

internal import Decoder
internal import LinuxBase

Signals.ignoreBrokenPipes()
DecoderService.live(on: Descriptor(owning: DecoderSeat.socketNumber))
