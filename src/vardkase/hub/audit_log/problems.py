"""Why a checkpoint did not reach a place outside, and what `check` says of the audit log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AuditLogProblem(ProblemCode):
    NOT_WRITTEN = _("It could not be written: %(said)s")
    STATUS = _("The other side responded with status %(status)s.")
    REFUSED = _("The other hub responded with status %(status)s: %(said)s")
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
    UNPROVED = _("The audit log is not proved: %(finding)s")
    LATE = _("none has arrived since the last one was signed")
    VERIFY = _("Run `vardkase audit verify`, and compare with the checkpoints that are kept outside.")


class HeldProblem(ProblemCode):
    """Why another hub's checkpoint is not kept here, or its key not registered."""

    NOT_REGISTERED = _("No key of this hub is registered here for your organisation.")
    NOTHING_HELD = _("No checkpoint of this hub is held here.")
    NOT_A_CHECKPOINT = _("This is not a checkpoint of an audit log: %(said)s")
    NOT_A_TIME = _("This is not a time as checkpoints have it.")
    IN_THE_FUTURE = _("The time is more than a day ahead. Check the clocks of both hubs.")
    OTHER_KEY = _("The checkpoint is not signed by a key that is registered here for this hub.")
    KEY_REPLACED = _("The checkpoint is signed by a key that was replaced before it was made.")
    TOO_MANY = _("At most %(most)s checkpoints of a hub are accepted in a day.")
    ONLY_OFFICERS = _("Only officers decide on this; site administrators on a hub without officers.")
    OWN_ORGANISATION = _("You belong to the organisation whose hub it is. Let others decide.")
    THIS_HUB = _("This is the UUID of the hub itself.")
    REGISTERED_ALREADY = _("The key is registered for this hub and this organisation already.")
    NO_HUB = _("No other hub is named. Set VARDKASE_AUDIT_HUB (docs/audit-log.md).")
    NOT_UNDERSTOOD = _("The other hub gave no list of checkpoints.")
