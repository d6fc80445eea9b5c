public import Sound

/// What became of the sound, for a log; told when it changes, not for each tone.
public enum ToneReport: Equatable, Sendable, CustomStringConvertible {
    case playing(device: String)
    /// Tones are not heard; the terminal goes on without them, and the device is tried again.
    case silent(SoundError)

    public var description: String {
        switch self {
        case .playing(let device): "tones are played on \(device)"
        case .silent(let error): "no tones: \(error)"
        }
    }
}
