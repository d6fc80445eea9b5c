internal import Glibc
public import LinuxBase

/// Why there is no sound. Nothing depends on it but the sound.
public enum SoundError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No device has this name, or none is plugged in.
    case missing(device: String)
    /// Another program plays on it, and it takes one at a time.
    case busy(device: String)
    /// This program may not open it.
    case refused(device: String)
    /// It does not play what it is given.
    case unsupported(device: String)
    /// It was unplugged while it played.
    case gone(device: String)
    /// It takes nothing any more, and does not say why.
    case stalled(device: String)
    case system(SystemCallError)

    public var description: String {
        switch self {
        case .missing(let device): "there is no sound device \(device)"
        case .busy(let device): "sound device \(device) is in use by another program"
        case .refused(let device): "sound device \(device) may not be opened"
        case .unsupported(let device): "sound device \(device) cannot play mono sound of 16 bits"
        case .gone(let device): "sound device \(device) is gone"
        case .stalled(let device): "sound device \(device) has stopped taking sound"
        case .system(let error): error.description
        }
    }

    /// `code` is what ALSA returned, negative.
    init(opening device: String, _ code: Int32) {
        switch -code {
        case ENOENT, ENODEV, ENXIO: self = .missing(device: device)
        case EBUSY, EAGAIN: self = .busy(device: device)
        case EACCES, EPERM: self = .refused(device: device)
        default: self = .system(SystemCallError("snd_pcm_open(\(device))", -code))
        }
    }

    init(playing device: String, _ call: String, _ code: Int32) {
        switch -code {
        case ENODEV, ENXIO: self = .gone(device: device)
        default: self = .system(SystemCallError("\(call)(\(device))", -code))
        }
    }
}
