"""What the audit log records of conditions and exceptions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class ConditionAction(AuditAction):
    CONDITION_ANSWERED = "member_condition.answered", _("The member answered a condition")
    CONDITION_ASKED_AGAIN = (
        "member_condition.asked_again",
        _("The member was given a new date for a condition"),
    )
    CONDITION_ENDED = "member_condition.ended", _("A condition or exception of a member ended")
    CONDITION_MET = "member_condition.met", _("A condition of a member was accepted as met")
    EXCEPTION_EXTENDED = "member_condition.extended", _("An exception of a member was extended")
    CONDITIONS_DECIDED = (
        "membership.conditions_decided",
        _("Conditions or exceptions of the membership were decided"),
    )
