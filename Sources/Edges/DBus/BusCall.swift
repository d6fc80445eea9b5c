internal import CSystemd
internal import Glibc
internal import LinuxBase

/// A method call that somebody waits for. Read its arguments in order, then answer it, once; a call that is dropped
/// unanswered is answered with an error.
// @safe: `message` is valid from init to deinit and never leaves this module.
@safe public struct BusCall: ~Copyable {
    /// `/org/example/Thing`.
    public let path: String
    /// Empty when the caller named none.
    public let interface: String
    public let member: String
    /// Types of all arguments, as in the D-Bus specification.
    public let signature: String
    private let message: OpaquePointer
    private var isAnswered = false

    /// Takes over a message, or lets go of it when it is no method call.
    init?(taking message: OpaquePointer) {
        guard unsafe sd_bus_message_is_method_call(message, nil, nil) > 0 else {
            unsafe sd_bus_message_unref(message)
            return nil
        }
        path = unsafe Self.text(sd_bus_message_get_path(message))
        interface = unsafe Self.text(sd_bus_message_get_interface(message))
        member = unsafe Self.text(sd_bus_message_get_member(message))
        signature = unsafe Self.text(sd_bus_message_get_signature(message, 1))
        unsafe self.message = message
    }

    deinit {
        if !isAnswered {
            // Nobody is left to tell if this fails, and the caller has a time-out.
            _ = unsafe Self.send(error: "org.freedesktop.DBus.Error.Failed", "not answered", to: message)
        }
        unsafe sd_bus_message_unref(message)
    }

    /// The next argument, a string (`s`) of at most `limit` UTF-8 bytes.
    public mutating func string(limit: Int) throws(DBusError) -> String {
        guard let text = try optionalString(limit: limit) else { throw .badArguments }
        return text
    }

    /// The next argument, an array of at most `count` strings (`as`).
    public mutating func strings(count: Int, limit: Int) throws(DBusError) -> [String] {
        try expect(unsafe sd_bus_message_enter_container(message, Self.array, "s"))
        var result: [String] = []
        while let text = try optionalString(limit: limit) {
            guard result.count < count else { throw .badArguments }
            result.append(text)
        }
        try expect(unsafe sd_bus_message_exit_container(message))
        return result
    }

    /// Answers with nothing, or with a string.
    public consuming func reply(_ text: String? = nil) throws(DBusError) {
        isAnswered = true
        var made: OpaquePointer?
        var code = unsafe sd_bus_message_new_method_return(message, &made)
        guard code >= 0, let answer = unsafe made else { throw .call("sd_bus_message_new_method_return", code) }
        defer { unsafe sd_bus_message_unref(answer) }
        if let text {
            code = unsafe text.withCString { unsafe sd_bus_message_append_basic(answer, Self.string, $0) }
            guard code >= 0 else { throw .call("sd_bus_message_append_basic", code) }
        }
        code = unsafe sd_bus_message_send(answer)
        guard code >= 0 else { throw .call("sd_bus_message_send", code) }
    }

    /// Answers with an error. `name` is like an interface's: `org.example.Error.Late`.
    public consuming func refuse(_ name: String, _ reason: String) throws(DBusError) {
        precondition(unsafe sd_bus_interface_name_is_valid(name) > 0, "an error's name has the form of an interface's")
        isAnswered = true
        let code = unsafe Self.send(error: name, reason, to: message)
        guard code >= 0 else { throw .call("sd_bus_reply_method_error", code) }
    }

    /// Nil at the end of the container, or of the arguments.
    private mutating func optionalString(limit: Int) throws(DBusError) -> String? {
        var found: UnsafePointer<CChar>?
        let code = unsafe withUnsafeMutablePointer(to: &found) {
            unsafe sd_bus_message_read_basic(message, Self.string, UnsafeMutableRawPointer($0))
        }
        try expect(code)
        // SAFETY: a string inside the message, UTF-8 and NUL-terminated as sd-bus has checked; copied at once.
        guard code > 0, let found = unsafe found else { return nil }
        guard unsafe strlen(found) <= limit else { throw .badArguments }
        return unsafe String(cString: found)
    }

    /// What sd-bus says of arguments that are not what was asked for: ENXIO, EBADMSG, and EBUSY for what is left unread.
    private func expect(_ code: Int32) throws(DBusError) {
        if code >= 0 { return }
        guard code == -ENXIO || code == -EBADMSG || code == -EBUSY else { throw .call("sd_bus_message_read", code) }
        throw .badArguments
    }

    private static func send(error name: String, _ reason: String, to message: OpaquePointer) -> Int32 {
        unsafe name.withCString { name in
            unsafe reason.withCString { reason in
                var error = unsafe sd_bus_error(name: name, message: reason, _need_free: 0)
                return unsafe sd_bus_reply_method_error(message, &error)
            }
        }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        // SAFETY: a string of the message, copied at once.
        guard let pointer = unsafe pointer else { return "" }
        return unsafe String(cString: pointer)
    }

    private static let string = CChar(UInt8(ascii: "s"))
    private static let array = CChar(UInt8(ascii: "a"))
}
