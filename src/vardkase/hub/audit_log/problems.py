"""Why a checkpoint did not reach a place outside, and what `check` says of the audit log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AuditLogProblem(ProblemCode):
    NOT_WRITTEN = _("It could not be written: %(said)s")
    STATUS = _("The other side responded with status %(status)s.")
    REWRITABLE = _("The hub’s own role in the database could change or delete entries of the audit log.")
    SEPARATE_OWNER = _(
        "Let another role own the tables, and name it in DATABASE_OWNER_URL (docs/audit-log.md)."
    )
    UNKNOWN_SCHEMA = _(
        "The hub’s own role in the database has made the schema %(schema)s there; the hub itself makes none."
    )
    EXAMINE_SCHEMA = _(
        "Somebody may have used the hub’s role: save what is in the schema, find out who did it, and remove it "
        "(DROP SCHEMA)."
    )
    EXAMINE_GUARD = _(
        "Somebody may have used the owner’s role, or let it run an earlier migration: find out who did it, and install "
        "the definition of src/vardkase/audit/migrations again."
    )
    NOT_DELIVERED = _("Checkpoints of the audit log have not reached this place since %(since)s: %(fault)s")
    CHECK_PLACE = _("Check the place, or name another.")
    NOT_PROPOSED = _(
        "The audit log has no signed proposal by the person who is said to have proposed this. Propose it again."
    )
    TAMPERED = _("The audit log is not intact: %(finding)s")
    VERIFY = _("Run `vardkase audit verify`, and compare with the checkpoints that are kept outside.")
