internal import DBus
internal import Launch
internal import LinuxBase
internal import Measurements

/// Errors as callers see them.
private enum BusProblem {
    static let notRemote = "org.vitrine.Error.NotRemote"
    static let refused = "org.vitrine.Error.Refused"
    static let unreachable = "org.vitrine.Error.Unreachable"
    // Of the D-Bus specification's reference implementation, which everybody knows.
    static let timeout = "org.freedesktop.DBus.Error.Timeout"
    static let unknownObject = "org.freedesktop.DBus.Error.UnknownObject"
    static let unknownInterface = "org.freedesktop.DBus.Error.UnknownInterface"
    static let unknownMethod = "org.freedesktop.DBus.Error.UnknownMethod"
    static let invalid = "org.freedesktop.DBus.Error.InvalidArgs"
}

extension BusService {
    private static let interface = "org.freedesktop.Application"

    /// (Desktop Entry Specification, "D-Bus Activation".)
    private static let introspection = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
         "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
          <interface name="org.freedesktop.Application">
            <method name="Activate"><arg type="a{sv}" name="platform_data" direction="in"/></method>
            <method name="Open"><arg type="as" name="uris" direction="in"/>
              <arg type="a{sv}" name="platform_data" direction="in"/></method>
            <method name="ActivateAction"><arg type="s" name="action_name" direction="in"/>
              <arg type="av" name="parameter" direction="in"/>
              <arg type="a{sv}" name="platform_data" direction="in"/></method>
          </interface>
          <interface name="org.freedesktop.DBus.Introspectable">
            <method name="Introspect"><arg type="s" name="xml_data" direction="out"/></method>
          </interface>
        </node>
        """

    mutating func handle(_ call: consuming BusCall) throws(DBusError) {
        guard call.path == ApplicationName.path(application) else {
            return try call.refuse(BusProblem.unknownObject, "no such object")
        }
        switch (call.interface, call.member, call.signature) {
        case ("org.freedesktop.DBus.Introspectable", "Introspect", ""): try call.reply(Self.introspection)
        case (Self.interface, "Activate", "a{sv}"): try activate(call)
        case (Self.interface, "Open", "asa{sv}"): try open(call)
        // It offers no actions beside the launch itself.
        case (Self.interface, "ActivateAction", "sava{sv}"): try call.refuse(BusProblem.invalid, "no such action")
        case (Self.interface, "Activate", _), (Self.interface, "Open", _), (Self.interface, "ActivateAction", _):
            try call.refuse(BusProblem.invalid, "arguments of other types")
        case (Self.interface, _, _): try call.refuse(BusProblem.unknownMethod, "no such method")
        default: try call.refuse(BusProblem.unknownInterface, "no such interface")
        }
    }

    /// An application that has the screen is not launched twice: to activate it is to show it, and shown it is.
    private mutating func activate(_ call: consuming BusCall) throws(DBusError) {
        guard running.isEmpty else { return try call.reply() }
        try ask(LaunchRequest(application: application), for: call)
    }

    /// One address, for this application: an invoice is the only thing that it can be opened with.
    private mutating func open(_ call: consuming BusCall) throws(DBusError) {
        let request: LaunchRequest
        do {
            // One byte and one address over the limit, so that the parser says what is wrong.
            let addresses = try call.strings(count: 1, limit: LaunchURI.byteLimit + 1)
            request = try LaunchURI.parse(addresses.first ?? "")
        } catch {
            return try call.refuse(BusProblem.invalid, "\(error)")
        }
        guard request.application == application else {
            return try call.refuse(BusProblem.invalid, "the address is another application's")
        }
        try ask(request, for: call)
    }

    private mutating func ask(_ request: LaunchRequest, for call: consuming BusCall) throws(DBusError) {
        let launch: LaunchInProgress
        do throws(LaunchError) { launch = LaunchInProgress(try LaunchCall(socket, request)) } catch {
            let name = error.isNobodyThere ? "no terminal is there" : "\(error)"
            return try call.refuse(BusProblem.unreachable, name)
        }
        asking = Asking(call: call, launch: launch, deadline: Clock.now() + Self.answerTime)
    }

    /// Tells the caller what became of its launch, when that is known or takes too long.
    mutating func takeFirstAnswer() throws(DBusError) {
        guard let asked = asking.take() else { return }
        let answer: LaunchAnswer?
        do throws(LaunchError) { answer = try asked.launch.call.nextIfReady() } catch {
            return try refuse(asked, BusProblem.unreachable, "\(error)")
        }
        switch answer {
        case nil where Clock.now() < asked.deadline: asking = consume asked
        case nil: try refuse(asked, BusProblem.timeout, "the terminal does not answer")
        case .started:
            running.append(asked.launch)
            try reply(asked)
        case .outcome: try reply(asked)
        case .notRemote: try refuse(asked, BusProblem.notRemote, "not a remote application of this terminal")
        case .refused(let reason): try refuse(asked, BusProblem.refused, reason)
        case .applications: try refuse(asked, BusProblem.unreachable, "an answer to another question")
        }
    }

    private func reply(_ asked: consuming Asking) throws(DBusError) { try asked.call.reply() }

    private func refuse(_ asked: consuming Asking, _ name: String, _ reason: String) throws(DBusError) {
        try asked.call.refuse(name, reason)
    }
}
