internal import GRDB

/// The tables, version by version. A migration that has been released is never edited: a change is a new one.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: terminals, users, rights, applications, sessions") { db in
            try db.execute(sql: first)
        }
        migrator.registerMigration("2: attestation, releases, groups, signed tables") { db in
            try db.execute(sql: second)
        }
        migrator.registerMigration("3: images of applications") { db in
            try db.execute(sql: images)
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
    private static let second = """
        -- The attestation key (TPMT_PUBLIC) and the SHA-256 of its TPM's endorsement certificate; null for a terminal that
        -- was enrolled by its channel's key alone, which can attest nothing.
        ALTER TABLE terminals ADD COLUMN ak_area BLOB;
        ALTER TABLE terminals ADD COLUMN ek_fingerprint BLOB;
        -- SHA-256 of the activation secret: from enrolment until the first attestation that needs it no more.
        ALTER TABLE terminals ADD COLUMN activation BLOB;
        ALTER TABLE terminals ADD COLUMN activated INTEGER;
        ALTER TABLE terminals ADD COLUMN grp TEXT NOT NULL DEFAULT 'default';
        -- A renewed certificate, until the terminal first uses it.
        ALTER TABLE terminals ADD COLUMN next_fingerprint BLOB;
        ALTER TABLE terminals ADD COLUMN next_serial TEXT;
        ALTER TABLE terminals ADD COLUMN next_certificate TEXT;
        ALTER TABLE terminals ADD COLUMN next_expires INTEGER;
        CREATE UNIQUE INDEX terminals_next ON terminals (next_fingerprint);
        CREATE TABLE groups (
            name TEXT PRIMARY KEY,
            attestation TEXT NOT NULL DEFAULT 'enforce' CHECK (attestation IN ('enforce', 'report')),
            interval INTEGER NOT NULL DEFAULT 300 CHECK (interval > 0),
            minimum INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO groups (name) VALUES ('default');
        CREATE TABLE release_keys (
            point BLOB PRIMARY KEY CHECK (length(point) = 65),
            name TEXT NOT NULL UNIQUE,
            added INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE releases (
            version TEXT PRIMARY KEY,
            manifest BLOB NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            added INTEGER NOT NULL,
            retired INTEGER
        ) STRICT;
        -- Clock, counts and firmware are 64-bit patterns; null where no statement of the terminal's own TPM was seen.
        CREATE TABLE attestations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            terminal TEXT NOT NULL,
            at INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            release TEXT,
            clock INTEGER,
            reset_count INTEGER,
            restart_count INTEGER,
            firmware INTEGER,
            superseded INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX attestations_terminal ON attestations (terminal, id);
        CREATE TABLE signed_tables (
            terminal TEXT PRIMARY KEY REFERENCES terminals (name) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE row_settings (
            terminal TEXT NOT NULL REFERENCES terminals (name) ON DELETE CASCADE,
            application TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (terminal, application, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE endorsement_roots (
            fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
            certificate TEXT NOT NULL,
            name TEXT NOT NULL UNIQUE,
            added INTEGER NOT NULL
        ) STRICT;
        """
    private static let images = """
        -- Where it was imported from, the digest of its image's manifest (null for a folder), and the time that its
        -- signature says (null for what nobody has signed).
        ALTER TABLE applications ADD COLUMN source TEXT NOT NULL DEFAULT '';
        ALTER TABLE applications ADD COLUMN image TEXT;
        ALTER TABLE applications ADD COLUMN signed INTEGER;
        -- A pinned version stays the enabled one whatever is imported.
        ALTER TABLE applications ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
        -- When another became the enabled one.
        ALTER TABLE applications ADD COLUMN replaced INTEGER;
        CREATE UNIQUE INDEX applications_pinned ON applications (id) WHERE pinned = 1;
        """
}
