internal import LinuxBase

/// A decoder process that has been started and waits for its terms: starting one takes tens of milliseconds, mostly the
/// dynamic linker's, which nobody should wait for when a session begins.
public struct DecoderSpare: ~Copyable, Sendable {
    var process: ChildProcess
    let socket: Descriptor

    /// Starts `executable` and does not wait for it. The process dies with the calling *thread*: call it on one that
    /// lives as long as the program.
    public init(executable: String) throws(DecoderError) {
        do throws(SystemCallError) {
            self = try UnixSocket.pair(.sequencedPackets).split {
                (ours, theirs) throws(SystemCallError) -> DecoderSpare in
                try ours.setNonBlocking()
                let process = try ChildProcess(
                    executable, arguments: ["vitrine-decoder"],
                    descriptors: [(from: theirs.raw, to: DecoderSeat.socketNumber)])
                return DecoderSpare(process: process, socket: ours)
            }
        } catch { throw .system(error) }
    }

    private init(process: consuming ChildProcess, socket: consuming Descriptor) {
        self.process = process
        self.socket = socket
    }

    public var processIdentifier: Int32 { process.process }
}
