internal import GRDB

/// The tables, version by version. A migration that has been released is never edited: a change is a new one.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: terminals, users, rights, applications, sessions") { db in
            try db.execute(sql: first)
        }
        return migrator
    }

    // Dates are milliseconds since 1970. STRICT makes SQLite hold columns to their types.
    private static let first = """
        CREATE TABLE authority (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            certificate TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE terminals (
            name TEXT PRIMARY KEY,
            fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
            serial TEXT NOT NULL,
            certificate TEXT NOT NULL,
            enrolled INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            revoked INTEGER,
            table_version INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE terminal_data (
            terminal TEXT NOT NULL REFERENCES terminals (name) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (terminal, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE user_data (
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (user, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE applications (
            id TEXT NOT NULL,
            digest TEXT NOT NULL,
            version TEXT NOT NULL,
            title TEXT NOT NULL,
            manifest TEXT NOT NULL,
            folder TEXT NOT NULL,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            imported INTEGER NOT NULL,
            PRIMARY KEY (id, digest)
        ) STRICT;
        -- New sessions get the one enabled version of an application.
        CREATE UNIQUE INDEX applications_enabled ON applications (id) WHERE enabled = 1;
        CREATE TABLE rights (
            terminal TEXT NOT NULL REFERENCES terminals (name) ON DELETE CASCADE,
            user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
            application TEXT NOT NULL,
            granted INTEGER NOT NULL,
            PRIMARY KEY (terminal, user, application)
        ) STRICT, WITHOUT ROWID;
        -- The audit outlives what it speaks of: no references. AUTOINCREMENT never gives a number twice.
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            terminal TEXT NOT NULL,
            user TEXT NOT NULL,
            application TEXT NOT NULL,
            digest TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            outcome TEXT,
            detail TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX sessions_open ON sessions (id) WHERE ended IS NULL;
        CREATE TABLE notes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            event TEXT NOT NULL,
            terminal TEXT,
            detail TEXT NOT NULL
        ) STRICT;
        """
}
