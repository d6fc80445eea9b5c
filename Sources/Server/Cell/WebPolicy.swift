/// What a browser in a cell may do, as Chromium's administrators say it (chromeenterprise.google/policies).
public enum WebPolicy {
    /// The site of an application: a name that nobody can own.
    public static func origin(of application: String) -> String { "https://\(application).vitrine.internal" }

    /// In JSON. An application's identifier has no character that JSON would have to escape.
    public static func text(for application: String) throws(CellError) -> String {
        guard application.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
            throw .specification("application")
        }
        let rules =
            [
                ("URLBlocklist", #"["*"]"#),
                ("URLAllowlist", #"["\#(origin(of: application))", "file://\#(CellLayout.webBlank)"]"#),
            ] + off.map { ($0, "false") } + numbers.map { ($0.0, "\($0.1)") } + [
                ("ExtensionInstallBlocklist", #"["*"]"#)
            ]
        return "{" + rules.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}\n"
    }

    private static let off = [
        "AllowFileSelectionDialogs", "AudioCaptureAllowed", "AutofillAddressEnabled", "AutofillCreditCardEnabled",
        "BackgroundModeEnabled", "BookmarkBarEnabled", "BrowserAddPersonEnabled", "ComponentUpdatesEnabled",
        "EditBookmarksEnabled", "MetricsReportingEnabled", "PasswordManagerEnabled", "PrintingEnabled",
        "PromptForDownloadLocation", "ScreenCaptureAllowed", "SearchSuggestEnabled", "ShowHomeButton",
        "SpellcheckEnabled", "TranslateEnabled", "VideoCaptureAllowed",
    ]
    /// 2 means never for what a page may ask a user for, 3 no downloads at all.
    private static let numbers = [
        ("BrowserSignin", 0), ("DefaultGeolocationSetting", 2), ("DefaultNotificationsSetting", 2),
        ("DefaultPopupsSetting", 2), ("DefaultSensorsSetting", 2), ("DefaultSerialGuardSetting", 2),
        ("DefaultWebBluetoothGuardSetting", 2), ("DefaultWebUsbGuardSetting", 2), ("DownloadRestrictions", 3),
        ("IncognitoModeAvailability", 1), ("SafeBrowsingProtectionLevel", 0),
    ]
}
