"""Where reviews and overrides are kept; overrides, returns and second looks are only added."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from loanwright.service.kit.database import Moment, metadata

NEVER = text("'1970-01-01T00:00:00.000Z'")
_LIVE = text("state IN ('open', 'taken', 'proposed')")

reviews = Table(
    "reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False, index=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("jurisdiction", String(20)),
    Column("law_pack", String(80)),
    Column("opened_by", String(80), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    # What the applicant wrote and was answered: sealed with the person's key.
    Column("reason", Text),
    Column("taken_by", String(80)),
    Column("taken_at", Moment),
    Column("result", String(10)),
    Column("outcome", String(10)),
    Column("code", String(40)),
    Column("answer", Text),
    Column("resolved_by", String(80)),
    Column("resolved_at", Moment),
    Column("two_persons", Integer, nullable=False),
    Column("approved_by", String(80)),
    Column("approved_at", Moment),
    Column("overdue_at", Moment),
    # What the review is worth, as shares of its time that it is moved ahead by, and where it
    # stands in the queue therefore.
    Column("closeness", Double, nullable=False, server_default=text("0")),
    Column("size", Double, nullable=False, server_default=text("0")),
    Column("disagreement", Double, nullable=False, server_default=text("0")),
    Column("first_at", Moment, nullable=False, server_default=NEVER),
    # Until when whoever has taken it keeps it.
    Column("lease_until", Moment),
    # Since when its clock stands still, and how much the applicant has yet to send.
    Column("stopped_at", Moment),
    Column("awaited", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("kind IN ('referral', 'review', 'objection', 'reasons')", name="kind"),
    CheckConstraint(
        "state IN ('open', 'taken', 'proposed', 'resolved', 'withdrawn')", name="state"
    ),
    CheckConstraint("result IN ('upheld', 'changed')", name="result"),
    CheckConstraint("outcome IN ('approve', 'refer', 'decline')", name="outcome"),
    CheckConstraint("approved_by IS NULL OR approved_by <> resolved_by", name="two_persons"),
    CheckConstraint(
        "state <> 'resolved' OR (resolved_by IS NOT NULL AND result IS NOT NULL AND "
        "(two_persons = 0 OR approved_by IS NOT NULL))",
        name="resolved",
    ),
    Index(None, "opened_at", "id"),
    Index(None, "due_at", "id"),
    Index(None, "state", "first_at", "id"),
    # However many ask at once, one review of a kind is under way.
    Index(
        "uq_reviews_live",
        "decision_id",
        "kind",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
)

overrides = Table(
    "overrides",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False, index=True),
    Column("review_id", String(40), ForeignKey("reviews.id"), nullable=False, unique=True),
    Column("applicant_id", String(40), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("before", String(10), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("side", String(4), nullable=False),
    Column("code", String(40), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("approved_by", String(80)),
    Column("made_at", Moment, nullable=False),
    Index(None, "made_at", "id"),
    CheckConstraint("outcome IN ('approve', 'decline') AND outcome <> before", name="outcome"),
    CheckConstraint("side IN ('low', 'high')", name="side"),
    CheckConstraint("approved_by IS NULL OR approved_by <> made_by", name="two_persons"),
)

review_returns = Table(
    "review_returns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("review_id", String(40), ForeignKey("reviews.id"), nullable=False, index=True),
    Column("applicant_id", String(40), nullable=False),
    Column("code", String(40), nullable=False),
    # Sealed with the person's key.
    Column("words", Text),
    Column("returned_by", String(80), nullable=False),
    Column("returned_at", Moment, nullable=False),
)

review_requests = Table(
    "review_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("review_id", String(40), ForeignKey("reviews.id"), nullable=False, index=True),
    Column("applicant_id", String(40), nullable=False, index=True),
    Column("item", String(40), nullable=False),
    # What was asked, and what was answered: sealed with the person's key.
    Column("words", Text),
    Column("answer", Text),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("ended_by", String(80)),
    Column("ended_at", Moment),
    CheckConstraint("state IN ('open', 'received', 'waived')", name="state"),
    CheckConstraint("state = 'open' OR ended_by IS NOT NULL", name="ended"),
)

second_looks = Table(
    "second_looks",
    metadata,
    Column("id", String(40), primary_key=True),
    # One review is looked at again once, however often its answer is sent.
    Column("review_id", String(40), ForeignKey("reviews.id"), nullable=False, unique=True),
    Column("decision_id", String(40), nullable=False),
    Column("applicant_id", String(40), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("first_outcome", String(10), nullable=False),
    Column("first_by", String(80), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Index(None, "opened_at", "id"),
    CheckConstraint("first_outcome IN ('approve', 'decline')", name="first_outcome"),
)

second_answers = Table(
    "second_answers",
    metadata,
    # Of two who answer at once, one is heard.
    Column("look_id", String(40), ForeignKey("second_looks.id"), primary_key=True),
    Column("outcome", String(10), nullable=False),
    # Sealed with the person's key.
    Column("words", Text),
    Column("answered_by", String(80), nullable=False),
    Column("answered_at", Moment, nullable=False),
    CheckConstraint("outcome IN ('approve', 'decline')", name="outcome"),
)
