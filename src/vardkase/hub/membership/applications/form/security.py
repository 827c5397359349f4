"""Step 4: the security statement, by theme and measure; evidence is attached to each measure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.form.fields import Choices, Field, Group, Kind, Step
from vardkase.hub.membership.themes import THEMES

LEVELS: Choices = (
    ("0", _("0: Not begun")),
    ("1", _("1: Begun")),
    ("2", _("2: Done in part")),
    ("3", _("3: Done and written down")),
    ("4", _("4: Done, followed up and improved")),
)

SECURITY = Step(
    "security",
    _("Security"),
    _("Security statement"),
    _(
        "How far you have come with each measure. The level has to correspond in substance to the Cybersecurity Act or "
        "ISO 27001. Allow half an hour."
    ),
    tuple(
        Group(
            (
                Field(
                    "level",
                    _("Level"),
                    Kind.CHOICE,
                    choices=LEVELS,
                    missing=_("Choose a level for each measure"),
                ),
                Field("gap", _("What is missing"), Kind.LONG, required=False, longest=1000),
                Field("plan", _("What you will do, and when"), Kind.LONG, required=False, longest=1000),
            ),
            measure.name,
            measure.title,
            measure.help,
        )
        for theme in THEMES
        for measure in theme.measures
    ),
)
