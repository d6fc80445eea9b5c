/// Where the sealed store has the terminal's register of PIN keys (`DerivationRegister` of PIN, as it encodes itself).
public enum PINKeyRecord {
    public static let name = "pin-key"
}
