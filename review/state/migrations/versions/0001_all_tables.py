"""All tables, and the triggers by which decisions and audit stand."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# (table, what is refused, unless)
STANDS = (
    ("decisions", "UPDATE", ""),
    ("decisions", "DELETE", "EXISTS (SELECT 1 FROM erasures WHERE erasures.chart_id = OLD.chart_id)"),
    ("audit", "UPDATE", ""),
    ("audit", "DELETE", ""),
)


def upgrade() -> None:
    _attempts()
    _audit()
    _decisions()
    _erasures()
    _planted()
    _users()
    _charts()
    _outbox()
    _rounds()
    _sessions()
    _finished()
    _listed()
    _locks()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def _refuse_on_sqlite() -> None:
    for table, verb, unless in STANDS:
        when = f"WHEN NOT {unless}" if unless else ""
        refusal = f"BEGIN SELECT RAISE(ABORT, 'a row of {table} stands: no {verb}'); END"
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when} {refusal}")


def _refuse_on_postgresql() -> None:
    """A function each, for WHEN takes no query there; TRUNCATE passes by triggers of rows."""
    for table, verb, unless in STANDS:
        name = f"{table}_no_{verb.lower()}"
        _function(name, f"IF {unless} THEN RETURN OLD; END IF;" if unless else "")
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    _function("no_truncate", "")
    for table in ("decisions", "audit"):
        op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION no_truncate()")


def _function(name: str, before: str) -> None:
    refusal = "RAISE EXCEPTION 'a row of % stands: no %', TG_TABLE_NAME, TG_OP"
    code = "USING ERRCODE = 'integrity_constraint_violation'"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {before} {refusal} {code}; END $$"
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_address"), "attempts", ["address"])
    op.create_index(op.f("ix_attempts_name"), "attempts", ["name"])
    op.create_index(op.f("ix_attempts_time"), "attempts", ["time"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("chart_id", sa.String(length=32)),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_chart_id"), "audit", ["chart_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("system", sa.String(length=32)),
        sa.Column("code", sa.String(length=16)),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.Column("seconds", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.Column("note_digest", sa.String(length=64)),
        sa.Column("snapshot", sa.String(length=64)),
        sa.Column("planted", sa.Boolean(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decisions")),
        sa.UniqueConstraint("chart_id", "thread", "version", name=op.f("uq_decisions_chart_id")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_decisions_decision_id")),
    )
    op.create_index(op.f("ix_decisions_chart_id"), "decisions", ["chart_id"])
    op.create_index("ix_decisions_day", "decisions", ["user_id", "time"])


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chart_id", name=op.f("pk_erasures")),
    )


def _planted() -> None:
    op.create_table(
        "planted",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("likeness", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chart_id", "system", "code", name=op.f("pk_planted")),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.String(length=256)),
        sa.Column("subject", sa.String(length=256)),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject")),
    )


def _charts() -> None:
    op.create_table(
        "charts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("encounter_id", sa.Text(), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("gain", sa.Float(), nullable=False),
        sa.Column("minutes", sa.Float(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("notes", sa.String(length=64), nullable=False),
        sa.Column("snapshot", sa.String(length=64), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=False),
        sa.Column("setting", sa.String(length=16), nullable=False),
        sa.Column("admitted", sa.DateTime()),
        sa.Column("discharged", sa.DateTime()),
        sa.Column("suggestions", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer()),
        sa.Column("finished_by", sa.Integer()),
        sa.Column("finished", sa.DateTime()),
        sa.ForeignKeyConstraint(["assigned"], ["users.id"], name=op.f("fk_charts_assigned"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["finished_by"], ["users.id"], name=op.f("fk_charts_finished_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charts")),
        sa.UniqueConstraint("subject_id", "encounter_id", name=op.f("uq_charts_subject_id")),
    )
    op.create_index(op.f("ix_charts_assigned"), "charts", ["assigned"])
    ordered = ["gone", "state", "priority", "id", "ward", "assigned", "gain", "admitted", "discharged"]
    op.create_index("ix_charts_order", "charts", ordered)
    op.create_index(op.f("ix_charts_subject_id"), "charts", ["subject_id"])
    op.create_index("ix_charts_ward", "charts", ["ward"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["decisions.seq"], name=op.f("fk_outbox_seq"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
    )


def _rounds() -> None:
    op.create_table(
        "rounds",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("asked", sa.DateTime(), nullable=False),
        sa.Column("finished", sa.DateTime()),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rounds_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("chart_id", "round", name=op.f("pk_rounds")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.Column("carried", sa.Text()),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
    )


def _finished() -> None:
    op.create_table(
        "finished",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("time", sa.DateTime(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Float()),
        sa.ForeignKeyConstraint(["chart_id"], ["charts.id"], name=op.f("fk_finished_chart_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chart_id", "thread", "digest", name=op.f("pk_finished")),
    )
    op.create_index(op.f("ix_finished_user_id"), "finished", ["user_id"])


def _listed() -> None:
    op.create_table(
        "listed",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("planted", sa.Boolean(), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("principal", sa.Boolean(), nullable=False),
        sa.Column("poa", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["chart_id"], ["charts.id"], name=op.f("fk_listed_chart_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chart_id", "thread", "digest", "system", "code", name=op.f("pk_listed")),
    )


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("chart_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["chart_id"], ["charts.id"], name=op.f("fk_locks_chart_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_locks_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chart_id", name=op.f("pk_locks")),
    )
