// Launch: the gate through which the rich side asks for an application and learns how it ended. Owns the launch socket
// and its clients. Never shows, reads or passes on a key, a card or a picture. Lives on the terminal's main thread; its
// messages and the client's side are used by vitrine-launch too.

/// Bounds of the launch socket, whose clients are not trusted.
public enum LaunchLimits {
    /// Clients at a time; one has the screen, the others are told so and go.
    public static let clients = 16
    /// Connections taken from the kernel's queue in one turn of the loop, so that a flood cannot hold it up.
    public static let acceptsAtOnce = 32
    /// Longest message, without its length field.
    public static let messageBytes = 4096
    /// Answers that a client has not read.
    public static let unreadBytes = 4096
    /// From connecting to the whole request.
    public static let requestTime: Duration = .seconds(2)
    /// To read the last answer.
    public static let farewellTime: Duration = .seconds(2)
}
