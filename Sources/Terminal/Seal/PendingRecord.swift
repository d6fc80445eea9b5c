/// Where the sealed store has the request whose outcome this terminal has not seen (`PendingRequest` of Stream).
public enum PendingRecord {
    public static let name = "pending"
}
