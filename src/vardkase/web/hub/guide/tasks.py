"""How everyday tasks are done: in short for the help page, as `docs/analyst.md` has them at length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.web.ui.navigation import address_of


@dataclass(frozen=True, slots=True)
class EverydayTask:
    """`view`: the page where it begins; that of a part of an event, with the list of events."""

    title: str | Promise
    words: str | Promise
    view: str = "events"
    requires: Permission | None = None
    example: str = ""
    """What one may type."""

    @property
    def url(self) -> str:
        return address_of(self.view)


TASKS: tuple[tuple[str | Promise, tuple[EverydayTask, ...]], ...] = (
    (
        _("Find"),
        (
            EverydayTask(
                _("See what is new"),
                _("The overview lists what is new or changed since your last visit, and what you follow."),
                "home",
            ),
            EverydayTask(
                _("Search for a value, an event or a tag"),
                _(
                    "Type or paste it in the search box at the top. Filters can be combined, and a minus excludes:"
                ),
                "search",
                example="type:ip-dst -tag:tlp:red",
            ),
            EverydayTask(
                _("Look up many values"),
                _("Paste up to 10,000 values, or choose a file. You can download the results."),
                "lookup",
            ),
            EverydayTask(
                _("Save a search"),
                _("Combine conditions in the advanced search, and choose “Save this search”."),
                "advanced_search",
            ),
            EverydayTask(
                _("Be notified"),
                _("Choose “Follow” on an event, a tag, an organisation, a value or a saved search."),
                "subscriptions",
            ),
            EverydayTask(
                _("See how things are connected"),
                _("The event has the tabs “Correlations”, “Graph” and “Timeline”."),
            ),
        ),
    ),
    (
        _("Write"),
        (
            EverydayTask(
                _("Create an event from a report, an e-mail or files"),
                _("Values, tags and techniques are recognised. You check them before anything is saved."),
                "event_import",
                Permission.ADD,
            ),
            EverydayTask(
                _("Begin with a template"),
                _("There are templates for common kinds of event, such as phishing."),
                "event_templates",
                Permission.ADD,
            ),
            EverydayTask(
                _("Add values to an event"),
                _(
                    "Use “Paste values” for many values and “+ Attribute” for one. “+ Object” can start from a file."
                ),
                requires=Permission.ADD,
            ),
            EverydayTask(
                _("Correct a value"),
                _(
                    "Double-click its cell, or choose “Edit” in the row’s menu. "
                    "You can undo it from the message that follows."
                ),
                requires=Permission.ADD,
            ),
            EverydayTask(
                _("Write a report"),
                _("Choose “Reports” on the event. A report can refer to values and contain diagrams."),
                requires=Permission.ADD,
            ),
        ),
    ),
    (
        _("Share"),
        (
            EverydayTask(
                _("Publish an event"),
                _("“Publish” on the event shows who will see it and what to check first."),
                requires=Permission.ADD,
            ),
            EverydayTask(
                _("Share with chosen organisations only"),
                _("On the publish page, choose “Choose organisations one by one”."),
                requires=Permission.ADD,
            ),
            EverydayTask(
                _("Have another organisation publish your event in its own name"),
                _("Choose “Hand over” in the event’s menu with three dots."),
                requires=Permission.DELEGATE,
            ),
            EverydayTask(
                _("Use events in other tools"),
                _(
                    "“Download” on the event offers STIX 2.1, Suricata, CSV, PDF and other formats. So does the API."
                ),
            ),
        ),
    ),
    (
        _("Work together"),
        (
            EverydayTask(
                _("Correct another organisation’s event"),
                _(
                    "Choose “Propose a change” in the row’s menu with three dots. The outcome is shown under "
                    "Proposals."
                ),
                "proposals",
                Permission.ADD,
            ),
            EverydayTask(
                _("Report that you have seen a value"),
                _(
                    "Choose “Report sighting” or “Report false positive” in the row’s menu or on the value’s page."
                ),
                "sightings_every",
                Permission.SIGHTING,
            ),
            EverydayTask(
                _("Comment or assess"),
                _("Choose “Add note” or “Give an opinion” on an event, an attribute or a report."),
                "notes",
                Permission.ANALYST_DATA,
            ),
            EverydayTask(
                _("Ask the author of the event"),
                _("Choose “Ask the creator” on the event. Questions to your organisation are listed here."),
                "questions",
            ),
            EverydayTask(
                _("Collect everything about a campaign"),
                _("A collection holds events and galaxy clusters."),
                "collections",
            ),
        ),
    ),
)


def tasks_for(actor: Actor) -> Sequence[tuple[str | Promise, Sequence[EverydayTask]]]:
    """By heading, those that the actor's role allows; none for those who read no content."""
    if actor.may_not_read_content:
        return ()
    allowed = [
        (heading, [task for task in tasks if task.requires is None or actor.may(task.requires)])
        for heading, tasks in TASKS
    ]
    return [(heading, tasks) for heading, tasks in allowed if tasks]
