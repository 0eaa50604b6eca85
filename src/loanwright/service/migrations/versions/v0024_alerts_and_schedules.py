"""Rules of alerts, what they found and the mails about it; schedules and their runs."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
LIVE = sa.text("state IN ('open', 'acknowledged')")
KINDS = "kind IN ('monitoring', 'monitoring_report', 'drift_report', 'retraining')"


def upgrade() -> None:
    """Create the tables."""
    _create_rules()
    _create_alerts()
    _create_mails()
    _create_schedules()
    _create_runs()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("schedule_runs", "schedules", "alert_mails", "alert_readings", "alerts"):
        op.drop_table(table)
    op.drop_table("alert_rules")


def _create_rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT),
        sa.Column("problem", sa.String(80)),
        sa.CheckConstraint("state IN ('active', 'paused', 'removed')", name="ck_alert_rules_state"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )
    op.create_table(
        "alert_readings",
        sa.Column("rule_id", sa.String(40), nullable=False),
        sa.Column("chunk", sa.String(20), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alert_readings_rule_id"),
        sa.PrimaryKeyConstraint("rule_id", "chunk", name="pk_alert_readings"),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("rule_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("figure", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("product", sa.String(80)),
        sa.Column("segment", sa.String(40)),
        sa.Column("feature", sa.String(80)),
        sa.Column("beyond", sa.String(5), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("chunk", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("acknowledged_by", sa.String(80)),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("note", sa.Text()),
        sa.Column("resolved_at", MOMENT),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name="ck_alerts_state"),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at IS NOT NULL)", name="ck_alerts_resolved"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rules.id"], name="fk_alerts_rule_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index(
        "uq_alerts_live",
        "alerts",
        ["rule_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index("ix_alerts_raised_at_id", "alerts", ["raised_at", "id"])


def _create_mails() -> None:
    op.create_table(
        "alert_mails",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("alert_id", sa.String(40), nullable=False),
        sa.Column("occasion", sa.String(10), nullable=False),
        sa.Column("address", sa.String(330), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="ck_alert_mails_state"),
        sa.CheckConstraint("occasion IN ('raised', 'resolved')", name="ck_alert_mails_occasion"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_alert_mails_alert_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_mails"),
    )
    op.create_index("ix_alert_mails_state_next_at", "alert_mails", ["state", "next_at"])


def _create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("product", sa.String(80)),
        sa.Column("segment", sa.String(40)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("lease_until", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'removed')", name="ck_schedules_state"),
        sa.CheckConstraint("(state = 'active') = (next_at IS NOT NULL)", name="ck_schedules_due"),
        sa.CheckConstraint(KINDS, name="ck_schedules_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"])


def _create_runs() -> None:
    op.create_table(
        "schedule_runs",
        sa.Column("schedule_id", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name="fk_schedule_runs_schedule_id"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_schedule_runs_job_id"),
        sa.PrimaryKeyConstraint("schedule_id", "due_at", name="pk_schedule_runs"),
    )
