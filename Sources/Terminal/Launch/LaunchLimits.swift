// Launch: the gate through which the rich side asks for an application and learns how it ended, or learns what there is to
// ask for. Owns the launch socket and its clients, and the forms in which the rich side writes a launch down: invoice
// files, `vitrine:` addresses, desktop entries. Never shows, reads or passes on a key, a card or a stream. The gate lives
// on the terminal's main thread; messages, forms and the client's side are used by vitrine-launch too.

internal import Wire

/// Bounds of the launch socket, whose clients are not trusted.
public enum LaunchLimits {
    /// Clients at a time; one has the screen, the others are told so and go.
    public static let clients = 16
    /// Of these, from one user that is neither the gate's owner nor named: nobody's share is all of it.
    public static let clientsOfStranger = 4
    /// Connections taken from the kernel's queue in one turn of the loop, so that a flood cannot hold it up.
    public static let acceptsAtOnce = 32
    /// Longest message, without its length field.
    public static let messageBytes = 4096
    /// The one longer message: the answer that lists the applications, with their icons.
    public static let listBytes = 4 << 20
    /// Lists on their way at a time; the next to ask is told to come again.
    public static let lists = 2
    /// Applications of a list.
    public static let applications = WireLimits.containerItems
    /// Width and height of an icon, pixels.
    public static let iconSide = 256
    /// Answers that a client has not read.
    public static let unreadBytes = 4096
    /// From connecting to the whole request.
    public static let requestTime: Duration = .seconds(2)
    /// To read the last answer.
    public static let farewellTime: Duration = .seconds(2)
}
