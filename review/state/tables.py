"""What the coders' page remembers, table by table. All of it is PHI: ids of encounters, codes, reasons.

A decision, once written, stands: triggers of the database refuse to change or delete it (state/migrations). The same
holds for the audit, whose lines are chained by digests. A person who is forgotten leaves by `erasures`.
After a change here: `python -m review.state.revise "what changed"` drafts the migration, to be read and mended.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows only in a column of type INTEGER

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),  # small letters: what is typed at sign-in
    Column("shown", String(128), nullable=False),  # as others see the person
    Column("role", String(16), nullable=False),  # review/roles.py
    Column("password", String(256)),  # argon2id; null: signs in elsewhere, or not at all
    Column("subject", String(256), unique=True),  # "issuer|subject" of OpenID Connect
    Column("disabled", Boolean, nullable=False, default=False),
    Column("must_change", Boolean, nullable=False, default=False),  # the password, at the next sign-in
    Column("created", DateTime, nullable=False),  # this and all times: UTC without zone
)
sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what the cookie holds
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),  # null: nobody has signed in yet
    Column("csrf", String(64), nullable=False),
    Column("created", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False),
    Column("carried", Text),  # state of a sign-in under way at an identity provider
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("name", String(64), nullable=False, index=True),  # digest of the name that was typed
    Column("address", String(64), nullable=False, index=True),
    Column("time", DateTime, nullable=False, index=True),
)
ORDER = ("gone", "state", "priority", "id", "ward", "assigned", "gain", "admitted", "discharged")
"""All that the worklist is filtered and ordered by: it is read from the index alone (worklist.py)."""

charts = Table(
    "charts",
    metadata,
    Column("id", String(32), primary_key=True),  # random: what stands in URLs and logs
    Column("subject_id", BigInteger, nullable=False, index=True),
    Column("encounter_id", Text, nullable=False),
    Column("priority", Float, nullable=False, default=0.0),
    Column("gain", Float, nullable=False, default=0.0),  # expected_gain of the worklist: how uncertain it is
    Column("minutes", Float, nullable=False, default=0.0),
    Column("blind", Boolean, nullable=False, default=False),
    Column("state", String(16), nullable=False, default="open"),  # STATES
    Column("notes", String(64), nullable=False, default=""),  # digest of the notes as the worklist has it
    Column("snapshot", String(64), nullable=False, default=""),  # the last one that had the chart
    Column("gone", Boolean, nullable=False, default=False),  # the published night has it no more
    Column("ward", Text, nullable=False, default=""),
    Column("setting", String(16), nullable=False, default="unknown"),  # inpatient, outpatient, unknown
    Column("admitted", DateTime),
    Column("discharged", DateTime),
    Column("suggestions", Integer, nullable=False, default=0),
    Column("assigned", ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("finished_by", ForeignKey("users.id", ondelete="SET NULL")),
    Column("finished", DateTime),
    UniqueConstraint("subject_id", "encounter_id"),
    Index("ix_charts_order", *ORDER),
    Index("ix_charts_ward", "ward"),
)
STATES = ("open", "working", "done", "reopened", "second", "differs")
"""second: waits for another coder. differs: both are done and an auditor settles what is different."""

locks = Table(
    "locks",
    metadata,
    Column("chart_id", ForeignKey("charts.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("taken", DateTime, nullable=False),
    Column("seen", DateTime, nullable=False),  # the last sign of life of the page
)
decisions = Table(
    "decisions",
    metadata,
    Column("seq", NUMBER, primary_key=True),
    Column("decision_id", String(64), nullable=False, unique=True),  # drawn by the page: sent twice, it counts once
    Column("chart_id", String(32), nullable=False, index=True),
    Column("user_id", Integer, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("round", Integer, nullable=False, default=1),  # 1 first coder, 2 second coder, 3 who settles
    Column("thread", String(24), nullable=False),  # acts that add up to one list of codes: Thread.name
    Column("time", DateTime, nullable=False),  # later than any act before it on the chart
    Column("action", String(16), nullable=False),
    Column("system", String(32)),
    Column("code", String(16)),
    Column("before", Text),  # JSON of the line before the act
    Column("after", Text),  # and behind it
    Column("evidence", Text),  # JSON: [{note_id, start, end, source, quote}]
    Column("seconds", Float),
    Column("reason", Text),
    Column("note_digest", String(64)),
    Column("snapshot", String(64)),
    Column("planted", Boolean, nullable=False, default=False),  # on a suggestion that we planted; never handed over
    Column("practice", Boolean, nullable=False, default=False),  # by a trainee; never handed over
    Column("version", Integer, nullable=False),  # acts of the thread so far, this one included
    Index("ix_decisions_day", "user_id", "time"),
    UniqueConstraint("chart_id", "thread", "version"),  # of two coders at once one is told that she is behind
)
outbox = Table(
    "outbox",
    metadata,
    Column("seq", ForeignKey("decisions.seq", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)
"""Decisions not yet in the inbox: written with the decision, deleted once its line is on disk."""

audit = Table(
    "audit",
    metadata,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),  # without gaps
    Column("time", DateTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("act", String(32), nullable=False),
    Column("chart_id", String(32), index=True),
    Column("said", Text, nullable=False, default=""),  # JSON without PHI
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # HMAC-SHA256 over all of the above, with the page's key
)
planted = Table(
    "planted",
    metadata,
    Column("chart_id", String(32), primary_key=True),
    Column("system", String(32), primary_key=True),
    Column("code", String(16), primary_key=True),
    Column("display", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("likeness", String(32), nullable=False),  # how it was chosen: side, neighbour, frequent
)
rounds = Table(
    "rounds",
    metadata,
    Column("chart_id", String(32), primary_key=True),
    Column("round", Integer, primary_key=True),  # 2 or 3
    Column("user_id", ForeignKey("users.id", ondelete="SET NULL")),  # null: nobody has taken it
    Column("asked", DateTime, nullable=False),
    Column("finished", DateTime),
)
finished = Table(
    "finished",
    metadata,
    Column("chart_id", ForeignKey("charts.id", ondelete="CASCADE"), primary_key=True),
    Column("thread", String(24), primary_key=True),
    Column("digest", String(64), primary_key=True),  # of the notes that were coded: lists are compared on the same
    Column("user_id", Integer, nullable=False, index=True),
    Column("time", DateTime, nullable=False),
    Column("blind", Boolean, nullable=False, default=False),  # suggestions were hidden from her
    Column("seconds", Float),  # of her acts, added up; null: not timed
)
"""A list of codes that somebody finished; finished again on the same notes, the later one stands."""

listed = Table(
    "listed",
    metadata,
    Column("chart_id", ForeignKey("charts.id", ondelete="CASCADE"), primary_key=True),
    Column("thread", String(24), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("system", String(32), primary_key=True),
    Column("code", String(16), primary_key=True),
    Column("state", String(16), nullable=False),  # accepted, rejected, suggested; unseen: hidden, and not chosen
    Column("kind", String(16), nullable=False),
    Column("offered", Boolean, nullable=False),  # suggested by the night or planted, whether or not she saw it
    Column("planted", Boolean, nullable=False),
    Column("band", String(16), nullable=False),
    Column("score", Float),
    Column("rank", Integer, nullable=False),
    Column("principal", Boolean, nullable=False),
    Column("poa", String(8), nullable=False),
)
"""Its codes, one a row: what agreement, bias and sheets are counted from. Made of decisions, in their transaction."""

erasures = Table(
    "erasures",
    metadata,
    Column("chart_id", String(32), primary_key=True),
    Column("time", DateTime, nullable=False),
)
