"""What is refused in anonymous publication."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class AnonymousProblem(ProblemCode):
    OFF = _("Anonymous publication is not turned on at this hub.")
    NO_OFFICERS = _(
        "Anonymous publication is not ready: at least two officers must have registered keys for sealed links."
    )
    NOT_OWN = _("Only events that your own organisation has created can be published anonymously.")
    READ_BY_OTHERS = _(
        "Others can read this event in your name, so that they would see who published the copy. Delete the event, or "
        "make it not published, before you publish it anonymously."
    )
    NOT_AN_EVENT = _("This is not an event in MISP’s JSON format.")
    NOT_A_TEXT = _("“%(name)s” of the event, or of a part of it, is not a text.")
    TOO_LARGE = _(
        "The event is too large: %(size)s bytes when compressed, and at most %(most)s are possible."
    )
    BUSY = _("Too much is waiting to be stored at the moment. Try again in a quarter of an hour.")
    BAD_DISTRIBUTION = _("Choose how far the event may go: this community, connected communities or all.")
    NOT_A_CODE = _("This is not a recovery code. It begins with AGE-SECRET-KEY-1.")
    UNKNOWN_CODE = _(
        "The hub has stored nothing with this code. What has just been submitted can be seen after the next quarter of "
        "an hour, or a later one if much waits. If that was more than two hours ago, it is lost: submit it again."
    )
    NOTHING_TO_UNDO = _("No withdrawal or consent is waiting for the next round.")
    EMPTY = _(
        "Nothing would be left of the event: every part is limited to your organisation or a sharing group."
    )
    NO_VALUES_LEFT = _(
        "Nothing would be left of the event’s attributes and objects. Keep at least one, or begin with another event."
    )
    NOT_PUBLISHED = _("The event is not published at the moment.")
    NOT_WAITING = _("The publication does not wait for consent.")
    ALREADY_THERE = _("Something has already been submitted with this code.")
    HELD = _(
        "The hub’s rules require that another person approves this event, which is not possible anonymously."
    )
    TOO_FEW = _("Too few members could have published the event, and the wait for more has ended.")
    INVALID = _("The event was not accepted: %(why)s")
    PARTS_REFUSED = _("%(count)s parts of the event were not valid, and were left out.")
    NOT_WITHDRAWN = _(
        "The publication could not be withdrawn; the next round tries again: %(why)s If it stays so, ask the hub owner "
        "to delete the event."
    )
    TLP_EXCEEDED = _("The event is distributed further than these labels allow: %(labels)s.")
    FAILED = _("The event could not be published because of a fault at the hub. Submit it again later.")
