// Sound: short pieces of mono sound through ALSA; the only importer of CAlsa. Owns one device as long as the value
// lives. Has no thread, records nothing, and waits in no call but `wait`: whoever owns it decides how long to try.

internal import CAlsa
internal import Glibc
internal import LinuxBase

/// One open playback device of the kernel's, or of ALSA's configuration. Dropping the value silences it at once.
///
/// `plughw:…` is the device to name on a board: it converts rates and channels. `default` may lead to a mixer that
/// forks a process of its own.
// @safe: `pcm` is valid from init to deinit and never leaves this value.
@safe public struct SoundOutput: ~Copyable {
    /// As ALSA names it.
    public let device: String
    /// Samples a second.
    public let rate: Int
    private let pcm: OpaquePointer

    /// Opens `device` for mono samples of 16 bits. `buffer` is how much sound the device holds at most: what it has
    /// taken is heard that much later, and a writer that is late by that much leaves a gap. Never waits for a busy
    /// device.
    public init(_ device: String, rate: Int, buffer: Duration = .milliseconds(60)) throws(SoundError) {
        CAlsa_silence()
        var opened: OpaquePointer?
        let code = unsafe snd_pcm_open(&opened, device, SND_PCM_STREAM_PLAYBACK, Int32(SND_PCM_NONBLOCK))
        guard code == 0, let pcm = unsafe opened else { throw SoundError(opening: device, code) }
        let microseconds = UInt32(
            clamping: buffer.components.seconds * 1_000_000
                + buffer.components.attoseconds / 1_000_000_000_000)
        let set = unsafe snd_pcm_set_params(
            pcm, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 1, UInt32(clamping: rate), 1, microseconds)
        guard set == 0 else {
            unsafe snd_pcm_close(pcm)
            throw set == -EINVAL ? .unsupported(device: device) : SoundError(opening: device, set)
        }
        self.device = device
        self.rate = rate
        unsafe self.pcm = pcm
    }

    // In the mode that it was opened in, closing drops what is not played yet.
    deinit { unsafe snd_pcm_close(pcm) }

    /// Takes as many samples as there is room for now and returns how many; 0 is full. It plays from when it is full, or
    /// from `finish`.
    public mutating func write(_ samples: ArraySlice<Int16>) throws(SoundError) -> Int {
        guard !samples.isEmpty else { return 0 }
        try prepareIfStopped()
        let count = unsafe samples.withUnsafeBufferPointer { buffer in
            unsafe snd_pcm_writei(pcm, buffer.baseAddress, UInt(buffer.count))
        }
        if count >= 0 { return count }
        switch Int32(-count) {
        case EAGAIN, EINTR: return 0
        // It ran empty, or the machine slept, between the look above and the call.
        case EPIPE, ESTRPIPE: return 0
        default: throw SoundError(playing: device, "snd_pcm_writei", Int32(count))
        }
    }

    /// Lets what was written play to its end. True when it has; call it again until then.
    public mutating func finish() throws(SoundError) -> Bool {
        switch unsafe snd_pcm_state(pcm) {
        case SND_PCM_STATE_PREPARED, SND_PCM_STATE_RUNNING:
            let code = unsafe snd_pcm_drain(pcm)
            guard code == 0 || code == -EAGAIN || code == -EPIPE || code == -ESTRPIPE else {
                throw SoundError(playing: device, "snd_pcm_drain", code)
            }
            return unsafe snd_pcm_state(pcm) != SND_PCM_STATE_DRAINING
        case SND_PCM_STATE_DRAINING: return false
        case SND_PCM_STATE_DISCONNECTED: throw .gone(device: device)
        default: return true
        }
    }

    /// Blocks until there is room, at most for `limit`.
    public func wait(limit: Duration) throws(SoundError) {
        let code = unsafe snd_pcm_wait(
            pcm,
            Int32(
                clamping: limit.components.seconds * 1000
                    + limit.components.attoseconds / 1_000_000_000_000_000))
        guard code >= 0 || code == -EPIPE || code == -ESTRPIPE || code == -EINTR else {
            throw SoundError(playing: device, "snd_pcm_wait", code)
        }
    }

    /// After an end, an underrun or the machine's sleep a device takes nothing until it is prepared.
    private mutating func prepareIfStopped() throws(SoundError) {
        switch unsafe snd_pcm_state(pcm) {
        case SND_PCM_STATE_SETUP, SND_PCM_STATE_XRUN, SND_PCM_STATE_SUSPENDED:
            let code = unsafe snd_pcm_prepare(pcm)
            guard code == 0 else { throw SoundError(playing: device, "snd_pcm_prepare", code) }
        case SND_PCM_STATE_DISCONNECTED: throw .gone(device: device)
        default: return
        }
    }
}
