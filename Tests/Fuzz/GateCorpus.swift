import FuzzKit

/// Streams of 64×64 pixels from an encoder that is not ours, their slices cut after the header: the gate reads no further.
/// Each line is an access unit.
enum GateCorpus {
    /// Baseline, with all that usability information can hold, at BT.709 limited.
    static let usability = [
        "0000016742c00ad90426ffc001c001794080806dc0000003004000000ca3c4899200000168cb80e4b20000016588843f0c60"
            + "05ff7d9e25d8",
        "000001419a39f0ee0007fdaf2def6c",
        "000001419a547c3b8013a68bea7fdf",
    ].map { bytes(hexadecimal: $0) ?? [] }

    /// Main, three slices, four references, delimiters, other numbers for the sets, BT.601 full.
    static let slices = [
        "0000010910000001674d400a25944269b8101032000003000200000300651e244cb000000168212930194b20000001658820"
            + "43ff7ef310dcdaf4ff000001652882043f7b143de4c1ca4e000001651a20810fff89358eeb2a00",
        "0000010930000001419883b1fffe376d0cd1affc0000014129883b1ffb4cff0b4c1a99000001411a620ec7fffe374ad22ff4",
        "0000010930000001419884f0842190e781f8d03f0000014129884f0842190e781f8d03000001411a6213c21086439e07e340",
    ].map { bytes(hexadecimal: $0) ?? [] }

    /// Baseline, slices of five macroblocks, sets and a message repeated at a picture that is no keyframe.
    static let refresh = [
        "0000016742c00ada109a1000000300100000030328f1226a00000168ce0194b20000016588843f0c6da1222820e70b000001"
            + "65308843f0c661232378fb8700000165162210ff97ff4f1bbcf182000001650808843fc6f8380ebf9859",
        "000001419a23e8592c373ff300d5000000014131a23e1dff20b481ba17440000014116688f87725ad9bc8fffc50000014108"
            + "1a23e1dcf474bf30d7d5",
        "0000016742c00ada109a1000000300100000030328f1226a00000168ce0194b20000010606015180000001419a43e6febf9e"
            + "103e8ef5b50000014131a43e119e2d413b1000d30000014116690f877d83bfdefe004000000141081a43e6ffff87743d8b60",
    ].map { bytes(hexadecimal: $0) ?? [] }

    static let all = [usability, slices, refresh]
}
