public import Wire

/// What a merchant's code says. The amount may be missing (the payer enters it), and so may a tip.
public struct CodedInvoice: Equatable, Sendable {
    /// What is added to the amount (EMV QR MPM, data objects 55 to 57).
    public enum Tip: Equatable, Sendable {
        /// The payer is to be asked; any amount will do, and none.
        case prompt
        /// In minor units.
        case fixed(UInt64)
        /// In hundredths of a percent: 1 to 9999.
        case percent(UInt64)
    }

    public var merchant: String
    /// Where the money goes, as the first payment network of the code has it: `network/account` for one that names
    /// itself.
    public var account: String
    /// The bill's number, or else the code's reference; empty when it has neither.
    public var identifier: String
    /// In minor units of the currency, without the tip; nil when the payer enters it.
    public var amount: UInt64?
    /// ISO 4217, three capital letters.
    public var currency: String
    public var tip: Tip?
    public var city: String
    /// ISO 3166-1, two capital letters.
    public var country: String
    /// Merchant and city in the merchant's own language and script; nil when the code gives one name only.
    public var local: LocalName?

    public struct LocalName: Equatable, Sendable {
        /// ISO 639, two letters.
        public var language: String
        public var merchant: String
        public var city: String?
        public init(language: String, merchant: String, city: String? = nil) {
            self.language = language
            self.merchant = merchant
            self.city = city
        }
    }

    public init(
        merchant: String, account: String, identifier: String, amount: UInt64?, currency: String, tip: Tip?,
        city: String, country: String, local: LocalName? = nil
    ) {
        self.merchant = merchant
        self.account = account
        self.identifier = identifier
        self.amount = amount
        self.currency = currency
        self.tip = tip
        self.city = city
        self.country = country
        self.local = local
    }

    /// What is to be paid: `amount` where the code has none, `tip` in minor units where the code asks for one. Nil
    /// while one of them is missing or given against the code, for nothing to pay, and beyond `WireLimits.amount`.
    public func invoice(amount entered: UInt64? = nil, tip asked: UInt64? = nil) -> Invoice? {
        guard let amount = self.amount ?? entered, self.amount == nil || entered == nil, amount > 0,
            amount <= WireLimits.amount
        else { return nil }
        let added: UInt64
        switch tip {
        case nil:
            guard asked == nil else { return nil }
            added = 0
        case .prompt:
            guard let asked else { return nil }
            added = asked
        case .fixed(let fee):
            guard asked == nil else { return nil }
            added = fee
        case .percent(let hundredths):
            guard asked == nil else { return nil }
            // Twelve digits times four fit 64 bits. Halves go up, as on a bill.
            added = (amount * hundredths + 5000) / 10000
        }
        let (total, overflow) = amount.addingReportingOverflow(added)
        guard !overflow, total <= WireLimits.amount else { return nil }
        return Invoice(merchant: merchant, account: account, identifier: identifier, amount: total, currency: currency)
    }
}
