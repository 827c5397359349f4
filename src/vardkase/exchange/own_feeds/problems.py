"""Problems of the feeds that this hub publishes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OwnFeedProblem(ProblemCode):
    NOT_FOUND = _("Feed not found.")
    NAME_STAYS = (
        _("The name is part of the feed’s address and cannot be changed."),
        ("The name is part of the feed's address and stays."),
    )
    NAME_TAKEN = (
        _("Another feed already has this name. Choose a different one."),
        "A feed needs a name of its own.",
    )
    BAD_NAME = (
        _("Use only letters from a to z, digits, _ and -."),
        "A name is made of letters from a to z, digits, _ and -.",
    )
    NAME_RESERVED = _("This name is reserved by the hub. Choose another."), "Choose another name."
    NAME_TOO_LONG = _("The name is too long.")
    BAD_DISTRIBUTION = (
        _("Choose who should see it."),
        "A feed takes the distributions 1, 2 and 3.",
    )
    BAD_DISTRIBUTION_GIVEN = (
        _("A feed accepts distributions 1, 2 and 3, not %(number)s."),
        "A feed takes the distributions 1, 2 and 3, not %(number)s.",
    )
    OPEN_TO_ALL = (
        _(
            "A feed that anyone may read contains only what is for everyone: no sharing groups and no local tags."
        ),
        "What is open to everybody holds what is for all communities: no group's, and no local tags.",
    )
    NOT_IN_GROUP = (
        _("The organisation whose view the feed shows is not in this group."),
        "The organisation whose view the feed is is not in this group.",
    )
    DECIDED_FILTER = _("%(name)s is set by each feed.")
    PAUSED = _("The feed is paused."), "The feed rests."
    NOT_READABLE = _("No feed is available to you here.")
    FOLDER_IN_USE = _("Another export is writing to %(folder)s.")
    FOLDER_NOT_EMPTY = _("%(folder)s is not empty and does not contain a feed.")
    EVENT_NOT_IN_IT = (
        _(
            "The feed does not include the event: its filters leave it out, or the event is not shared that widely."
        ),
        "The feed's definition does not take the event.",
    )
