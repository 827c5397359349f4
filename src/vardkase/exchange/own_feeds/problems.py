"""Problems of the feeds that this hub publishes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OwnFeedProblem(ProblemCode):
    NOT_FOUND = _("There is no such feed.")
    NAME_STAYS = (
        _("The name is part of the feed's address and cannot be changed."),
        ("The name is part of the feed's address and stays."),
    )
    NAME_TAKEN = _("Another feed has this name. Choose another."), "A feed needs a name of its own."
    BAD_NAME = (
        _("Use only letters from a to z, digits, _ and -."),
        "A name is made of letters from a to z, digits, _ and -.",
    )
    NAME_RESERVED = _("This name is taken by the hub itself. Choose another."), "Choose another name."
    NAME_TOO_LONG = _("The name is too long.")
    BAD_DISTRIBUTION = (
        _("Choose who should see it."),
        "A feed takes the distributions 1, 2 and 3.",
    )
    BAD_DISTRIBUTION_GIVEN = (
        _("A feed takes the distributions 1, 2 and 3, not %(number)s."),
        "A feed takes the distributions 1, 2 and 3, not %(number)s.",
    )
    OPEN_TO_ALL = (
        _(
            "A feed that anybody may read holds only what is for everyone: no sharing groups, and no local tags."
        ),
        "What is open to everybody holds what is for all communities: no group's, and no local tags.",
    )
    NOT_IN_GROUP = (
        _("The organisation whose view the feed shows is not in this group."),
        "The organisation whose view the feed is is not in this group.",
    )
    DECIDED_FILTER = _("A feed decides about %(name)s itself.")
    PAUSED = _("The feed is paused."), "The feed rests."
    NOT_READABLE = _("There is no feed here for you.")
    FOLDER_IN_USE = _("Another export is writing to %(folder)s.")
    FOLDER_NOT_EMPTY = _("%(folder)s is not empty and holds no feed.")
    EVENT_NOT_IN_IT = (
        _("The feed does not take the event: its filters leave it out, or the event is not shared that far."),
        "The feed's definition does not take the event.",
    )
