public import Pictures

/// The wallet's colours. Each pair of text and ground has a contrast of 7:1 or more (WCAG 2.1, 1.4.6); a test says so.
public enum WalletPalette {
    public static let page = Colour(argb: 0xFFE8_EEEA)
    public static let card = Colour(argb: 0xFFFF_FFFF)
    public static let ink = Colour(argb: 0xFF10_211B)
    public static let soft = Colour(argb: 0xFF2A_3A33)
    public static let line = Colour(argb: 0xFFC3_D0C9)
    public static let cell = Colour(argb: 0xFFF3_F7F5)

    public static let panel = Colour(argb: 0xFF07_4531)
    public static let panelTone = Colour(argb: 0xFF0A_503B)
    public static let onPanel = Colour(argb: 0xFFFF_FFFF)
    public static let onPanelSoft = Colour(argb: 0xFFD2_EADF)
    public static let mint = Colour(argb: 0xFFA2_EECE)

    public static let approved = Colour(argb: 0xFF0A_5C42)
    public static let declined = Colour(argb: 0xFF9C_1C14)
    public static let question = Colour(argb: 0xFF1B_4A8F)
    public static let failed = Colour(argb: 0xFF4A_4F57)
    public static let clear = Colour(argb: 0xFFFF_CC4D)

    public static let approvedGround = Colour(argb: 0xFFA9_EBCF)
    public static let declinedGround = Colour(argb: 0xFFFF_CDC7)
    public static let questionGround = Colour(argb: 0xFFC9_DCFB)
    public static let failedGround = Colour(argb: 0xFFD6_DBE1)

    /// Text colour and what it stands on, everywhere it happens.
    public static let pairs: [(text: Colour, ground: Colour)] = [
        (ink, card), (soft, card), (onPanel, panel), (onPanelSoft, panel), (onPanel, panelTone),
        (onPanelSoft, panelTone), (ink, cell), (soft, cell), (declined, card), (onPanel, declined), (onPanel, approved),
        (ink, clear),
        (ink, approvedGround), (ink, declinedGround), (ink, questionGround), (ink, failedGround),
        (onPanel, question), (onPanel, failed), (mint, panel), (mint, panelTone),
    ]
}
