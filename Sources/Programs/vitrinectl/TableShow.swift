internal import Admission
internal import ArgumentParser
internal import Correspondence
internal import Database
internal import LinuxBase
internal import Pictures

extension TableCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A terminal's newest signed table, and what has changed since it was signed.")
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String

        func run() throws {
            let directory = try state.open()
            guard try directory.terminal(named: terminal) != nil else {
                throw DatabaseError.unknown(.terminal, name: terminal)
            }
            let stored = try directory.signedTable(terminal: terminal)
            guard let stored else {
                print("no table has been signed for terminal \(terminal) yet: vitrinectl table sign")
                return Self.printSettings(try directory.rowSettings(terminal: terminal))
            }
            let key = try OperatorKey.open(state: state.path)
            let bundle: TableBundle
            let signed: SignedTable
            do {
                bundle = try TableBundle(decoding: stored.bytes)
                signed = try SignedTable(decoding: bundle.table, verify: key.verifies)
            } catch {
                throw Complaint("the stored table \(stored.version) of terminal \(terminal): \(error)")
            }
            let table = signed.table
            print("table \(table.version) for terminal \(table.terminal), user \(table.user)")
            Self.printRows(table.rows)
            try printChanges(since: table, directory: directory)
        }

        private static func printRows(_ rows: [CorrespondenceRow]) {
            var text = TextTable(
                "application", "title", "servers", "idle", "total", "local", "launchers", "stored data", "logo")
            for row in rows {
                let cells = row.cells
                text.add(
                    row.application, cells.title, cells.servers, cells.idle, cells.total, cells.local, cells.launchers,
                    cells.storedData, cells.logo)
            }
            print(text.text)
        }

        /// What the terminal would be told if the table were signed now.
        private func printChanges(since table: CorrespondenceTable, directory: Directory) throws {
            let settings = try directory.rowSettings(terminal: terminal)
            guard let target = TableSettings(of: settings) else { return Self.printSettings(settings) }
            let draft: TableDraft
            do {
                draft = try TableDraft(
                    directory: directory, state: state.path, terminal: terminal, settings: target)
            } catch {
                // What has been signed is still worth seeing.
                return print("unsigned: a table cannot be made now: \(error)")
            }
            var changes: [String] = []
            if target.user != table.user { changes.append("user \(table.user) → \(target.user)") }
            for row in draft.rows {
                guard let signed = table.row(for: row.application) else {
                    changes.append("\(row.application): new")
                    continue
                }
                changes += row.changes(since: signed).map { "\(row.application): \($0)" }
            }
            for row in table.rows where !draft.rows.contains(where: { $0.application == row.application }) {
                changes.append("\(row.application): gone")
            }
            if changes.isEmpty { return print("nothing has changed since") }
            print("unsigned, until vitrinectl table push:")
            for change in changes { print("  \(change)") }
        }

        private static func printSettings(_ settings: [String: [String: String]]) {
            for (application, texts) in settings.sorted(by: { $0.key < $1.key }) {
                for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
                    let name = application == TableSettings.application ? "the table" : application
                    print("unsigned: \(name): \(key) \(text)")
                }
            }
        }
    }
}

extension CorrespondenceRow {
    /// As people read them.
    fileprivate struct Cells {
        let title, servers, entry, accent, idle, total, local, launchers, storedData, logo: String
    }

    fileprivate var cells: Cells {
        Cells(
            title: title, servers: SettingText.text(servers),
            entry: "\(entryModes)",
            accent: "#" + String(String(accent.argb & 0xFF_FFFF | 0x100_0000, radix: 16).dropFirst()),
            idle: "\(idleSeconds) s", total: "\(totalSeconds) s", local: localFallback ? "yes" : "no",
            launchers: SettingText.text(launchers),
            storedData: storedData.isEmpty ? "-" : storedData.joined(separator: ","),
            logo: logo.map { String($0.hexadecimal.prefix(16)) } ?? "-")
    }

    fileprivate func changes(since signed: CorrespondenceRow) -> [String] {
        let columns: [(name: String, cell: KeyPath<Cells, String>)] = [
            ("title", \.title), ("servers", \.servers), ("entry", \.entry), ("accent", \.accent), ("idle", \.idle),
            ("total", \.total), ("local fallback", \.local), ("launchers", \.launchers),
            ("stored data", \.storedData), ("logo", \.logo),
        ]
        let (old, new) = (signed.cells, cells)
        return columns.compactMap { name, cell in
            old[keyPath: cell] == new[keyPath: cell]
                ? nil : "\(name) \(old[keyPath: cell]) → \(new[keyPath: cell])"
        }
    }
}
