"""The tables of the index. It can be thrown away: all that is in it comes from documents and from git."""

VERSION = 1  # 1: the first. An index of another version is made anew.

TABLES = (
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    # Every file that was looked at. `problem` says why it was left out; `kind` is results, baseline or other.
    """CREATE TABLE IF NOT EXISTS documents (
        source TEXT NOT NULL, path TEXT NOT NULL, size BIGINT NOT NULL, modified_ns BIGINT NOT NULL,
        digest TEXT NOT NULL, kind TEXT NOT NULL, problem TEXT NOT NULL, PRIMARY KEY (source, path))""",
    """CREATE TABLE IF NOT EXISTS classes (
        id IDENTITY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, facts TEXT NOT NULL)""",
    # place, branch and commit_hash come from git; created_us are microseconds since 1970.
    """CREATE TABLE IF NOT EXISTS runs (
        id IDENTITY, digest TEXT NOT NULL UNIQUE, class_id BIGINT NOT NULL, label TEXT NOT NULL, revision TEXT NOT NULL,
        created TEXT NOT NULL, created_us BIGINT NOT NULL, fingerprint TEXT NOT NULL, environment TEXT NOT NULL,
        place BIGINT NOT NULL, branch TEXT NOT NULL, commit_hash TEXT NOT NULL, dirty BIGINT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS runs_in_order ON runs (class_id, branch, place, dirty, created_us, id)",
    """CREATE TABLE IF NOT EXISTS series (
        id IDENTITY, class_id BIGINT NOT NULL, scenario TEXT NOT NULL, variant TEXT NOT NULL, meter TEXT NOT NULL,
        UNIQUE (class_id, scenario, variant, meter))""",
    # peak_bytes is NULL where a trial failed; low and high are the least and the most of the repeats.
    """CREATE TABLE IF NOT EXISTS points (
        series_id BIGINT NOT NULL, run_id BIGINT NOT NULL, peak_bytes BIGINT, low_bytes BIGINT, high_bytes BIGINT,
        repeats BIGINT NOT NULL, PRIMARY KEY (series_id, run_id)) WITHOUT ROWID""",
    # run_id is the first run at the new level, found_run_id the one that showed it.
    """CREATE TABLE IF NOT EXISTS changes (
        series_id BIGINT NOT NULL, run_id BIGINT NOT NULL, found_run_id BIGINT NOT NULL,
        PRIMARY KEY (series_id, run_id))""",
    # What is needed to judge the next run of a class, and the last one that was judged.
    "CREATE TABLE IF NOT EXISTS watches (class_id BIGINT PRIMARY KEY, run_id BIGINT NOT NULL, state BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS commits (
        number BIGINT PRIMARY KEY, hash TEXT NOT NULL, committed TEXT NOT NULL, author TEXT NOT NULL,
        subject TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS promotions (
        digest TEXT NOT NULL, number BIGINT NOT NULL, at TEXT NOT NULL, promoter TEXT NOT NULL, reason TEXT NOT NULL,
        scenario TEXT NOT NULL, variant TEXT NOT NULL, meter TEXT NOT NULL, from_bytes BIGINT, to_bytes BIGINT NOT NULL,
        PRIMARY KEY (digest, number, scenario, variant, meter))""",
)
NAMES = ("facts", "documents", "classes", "runs", "series", "points", "changes", "watches", "commits", "promotions")
