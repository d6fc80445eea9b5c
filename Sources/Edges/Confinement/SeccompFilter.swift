// Confinement: what a process may still do: system call filters, resource limits, control groups. The only importer of
// libseccomp. Starts no process and decides no policy: the lists belong to those who confine themselves. Any thread,
// but a filter is loaded before a second thread exists, or with all of them (TSYNC).

internal import CLibseccomp

/// A list of system calls under construction. Loading it consumes it; dropping it unloaded changes nothing.
@safe public struct SeccompFilter: ~Copyable {
    public enum Action: Sendable, Equatable {
        case allow
        case killProcess
        case errno(Int32)

        fileprivate var raw: UInt32 {
            switch self {
            case .allow: CLibseccomp_allow()
            case .killProcess: CLibseccomp_kill()
            case .errno(let code): CLibseccomp_errno(UInt16(truncatingIfNeeded: code))
            }
        }
    }

    /// What must be true of one argument: `argument & mask == value`.
    public struct Condition: Sendable, Equatable {
        /// Which argument, from 0.
        public var argument: UInt32
        public var mask: UInt64
        public var value: UInt64
        public init(argument: UInt32, mask: UInt64 = .max, value: UInt64) {
            self.argument = argument
            self.mask = mask
            self.value = value
        }
    }

    /// A rule for one call that holds when all conditions do. Of several rules for a call one must hold.
    public struct ArgumentRule: Sendable, Equatable {
        public var action: Action
        public var call: String
        public var conditions: [Condition]
        public init(action: Action, call: String, conditions: [Condition]) {
            self.action = action
            self.call = call
            self.conditions = conditions
        }
        public init(action: Action, call: String, argument: UInt32, mask: UInt64 = .max, value: UInt64) {
            self.init(
                action: action, call: call, conditions: [Condition(argument: argument, mask: mask, value: value)])
        }
    }

    // SAFETY: owned by this value alone from seccomp_init to seccomp_release.
    private let filter: scmp_filter_ctx

    /// Calls that no rule names get `default`. A name that exists on another architecture only is skipped; a name that
    /// libseccomp has never heard of is an error. A call may be under `rules` or under `argumentRules`, not under both.
    public init(
        default action: Action, rules: [(action: Action, calls: [String])], argumentRules: [ArgumentRule] = []
    ) throws(ConfinementError) {
        guard let filter = unsafe seccomp_init(action.raw) else { throw .filter(step: "seccomp_init", code: 0) }
        do throws(ConfinementError) {
            // All threads or none: one that was forgotten would be a way out.
            let code = unsafe seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)
            guard code == 0 else { throw .filter(step: "TSYNC", code: -code) }
            // Calls by the numbers of another architecture (int 0x80, x32): the library would end the thread alone.
            let foreign = unsafe seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, Action.killProcess.raw)
            guard foreign == 0 else { throw .filter(step: "BADARCH", code: -foreign) }
            // libseccomp refuses a rule that says what the default says.
            for rule in rules where rule.action != action {
                for name in rule.calls { try unsafe Self.add(rule.action, name, to: filter) }
            }
            for rule in argumentRules { try unsafe Self.add(rule, to: filter) }
        } catch {
            unsafe seccomp_release(filter)
            throw error
        }
        unsafe self.filter = unsafe filter
    }

    deinit { unsafe seccomp_release(filter) }

    /// Holds this process to the filter from here on. Sets no-new-privileges, which the kernel asks for.
    public consuming func load() throws(ConfinementError) {
        let code = unsafe seccomp_load(filter)
        guard code == 0 else { throw .filter(step: "seccomp_load", code: -code) }
    }

    /// Writes the filter as BPF instructions, as `bwrap --seccomp` reads them.
    public borrowing func write(to descriptor: Int32) throws(ConfinementError) {
        let code = unsafe seccomp_export_bpf(filter, descriptor)
        guard code == 0 else { throw .filter(step: "seccomp_export_bpf", code: -code) }
    }

    private static func add(_ action: Action, _ name: String, to filter: scmp_filter_ctx) throws(ConfinementError) {
        try unsafe add(ArgumentRule(action: action, call: name, conditions: []), to: filter)
    }

    private static func add(_ rule: ArgumentRule, to filter: scmp_filter_ctx) throws(ConfinementError) {
        guard let call = try number(of: rule.call) else { return }
        let comparisons = rule.conditions.map {
            scmp_arg_cmp(arg: $0.argument, op: SCMP_CMP_MASKED_EQ, datum_a: $0.mask, datum_b: $0.value)
        }
        let code = unsafe seccomp_rule_add_array(
            filter, rule.action.raw, call, UInt32(comparisons.count), comparisons)
        guard code == 0 else { throw .filter(step: "rule for \(rule.call)", code: -code) }
    }

    private static func number(of name: String) throws(ConfinementError) -> Int32? {
        let call = unsafe seccomp_syscall_resolve_name(name)
        guard call != CLibseccomp_unknown() else { throw .unknownCall(name) }
        return call < 0 ? nil : call  // Other negative numbers stand for calls that this architecture lacks.
    }
}
