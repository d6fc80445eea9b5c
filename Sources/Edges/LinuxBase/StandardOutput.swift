internal import CLinux

public enum StandardOutput {
    /// Each line is seen as it is printed, also through a pipe.
    public static func flushEachLine() { CLinux_line_buffer_stdout() }
}
