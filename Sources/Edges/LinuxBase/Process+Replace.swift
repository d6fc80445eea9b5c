internal import Glibc

extension Process {
    /// Runs `path` in place of this program, with this program's environment, descriptors 0…2 and number. Returns only
    /// to throw. `arguments` begin with the program's own name.
    public static func replace(with path: String, arguments: [String]) throws(SystemCallError) -> Never {
        var pointers = unsafe arguments.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        _ = unsafe execv(path, pointers)
        let code = errno
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
        throw SystemCallError("exec(\(path))", code)
    }
}
