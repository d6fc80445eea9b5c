/// The number of each message (key 0), disjoint between the directions so that a message that went the wrong way is
/// refused. 0 is no message. Numbers from 64 on are structures inside messages: they name the place in a `WireError`.
enum Kind {
    static let heartbeat: UInt64 = 1
    static let padding: UInt64 = 30

    static let hello: UInt64 = 2
    static let executionRequest: UInt64 = 3
    static let key: UInt64 = 4
    static let feedback: UInt64 = 5
    static let keyframeRequest: UInt64 = 6
    static let resume: UInt64 = 7
    static let cancel: UInt64 = 8
    static let outcomeReceived: UInt64 = 9
    static let attestation: UInt64 = 10
    static let renewal: UInt64 = 11
    static let tableInstalled: UInt64 = 12
    static let card: UInt64 = 13
    static let pin: UInt64 = 14
    static let pinProgress: UInt64 = 15
    static let pointer: UInt64 = 26
    static let code: UInt64 = 27
    static let trouble: UInt64 = 28
    static let pinTrouble: UInt64 = 29

    static let welcome: UInt64 = 16
    static let refused: UInt64 = 17
    static let accepted: UInt64 = 18
    static let accessUnit: UInt64 = 19
    static let entryMode: UInt64 = 20
    static let outcome: UInt64 = 21
    static let resumed: UInt64 = 22
    static let challenge: UInt64 = 23
    static let table: UInt64 = 24
    static let certificate: UInt64 = 25

    static let applicationRequest: UInt64 = 32
    static let applicationEntryMode: UInt64 = 33
    static let applicationOutcome: UInt64 = 34
    static let authorisation: UInt64 = 35
    static let inputCard: UInt64 = 40
    static let inputTrouble: UInt64 = 41
    static let inputPIN: UInt64 = 42
    static let inputPINProgress: UInt64 = 43
    static let inputPINTrouble: UInt64 = 44
    static let inputCode: UInt64 = 45
    static let inputPayment: UInt64 = 46

    static let renderTarget: UInt64 = 64
    static let invoice: UInt64 = 65
    static let pictureParameters: UInt64 = 66
    static let accountView: UInt64 = 67
}
