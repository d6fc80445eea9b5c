// vitrine-cell: closes a cage around itself and becomes what is inside. Started by the server for each application
// instance; twice in one cell: outside, where it prepares and becomes bubblewrap, and inside, as the first program.
// Reads its orders from descriptor 4 only; what it says goes to the cell's log.

internal import Cell
internal import LinuxBase

/// A jailer that cannot close the cage lets nothing run. (125: as env(1) and its kin say "not even started".)
let failure: Int32 = 125

// Started by a loader of the host's in an image's root, the loader's own words may come first. Outside there are none.
let words = CommandLine.arguments
if let stage = words.prefix(5).firstIndex(of: CellLayout.Stage.inside), stage > 0 {
    Inside.run(Array(words[(stage - 1)...]))
} else {
    Jailer.confine()
}
