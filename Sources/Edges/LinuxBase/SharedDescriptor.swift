internal import Glibc

/// An open file descriptor that several may hold; closed when the last lets go.
public final class SharedDescriptor: Sendable {
    public let raw: Int32

    public init(_ descriptor: consuming Descriptor) { raw = descriptor.take() }

    deinit { _ = close(raw) }
}
