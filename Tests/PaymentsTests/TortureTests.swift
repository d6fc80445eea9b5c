import LinuxBase
import Rig
import Testing

@Suite struct TortureTests {
    @Test func `whatever is killed or cut, every payment is told once and taken as told`() throws {
        let folder = try TemporaryFolder()
        let result = try run(
            "vitrine-payment-torture", ["--cycles", "25", "--seed", "8583"], in: folder.path, expecting: nil,
            timeout: .seconds(180))
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains(#""double":0,"lost":0,"open":0,"changed":0,"unbalanced":0"#), "\(result.output)")
    }
}
