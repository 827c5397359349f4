"""Problems of pulls and pushes: why a run failed, and why an event did not pass."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import Problem, ProblemCode


class SyncProblem(ProblemCode):
    """`reason` is another problem; `error` is the name of a Python error."""

    CUT_OFF = _("The run was interrupted."), "The run was cut off."
    CANCELLED = _("The run was cancelled.")
    BAD_PULL_TECHNIQUE = (
        _("Enter the event’s ID on the other hub, or its UUID."),
        "Invalid pull technique `%(detail)s`.",
    )
    BAD_PUSH_TECHNIQUE = _("Enter the event’s number."), "Invalid push technique `%(detail)s`."
    RUN_NOT_FOUND = _("Run not found."), "Invalid run"
    EVENT_NOT_FOUND = _("Event not found."), "Event not found."
    EVENT_NOT_THERE = _("The other hub does not show the event to us."), "Event '%(detail)s' not found."
    NO_EVENT_LIST = (
        _("The other hub did not answer with a list of events."),
        "The other instance did not answer with a list of events.",
    )
    NO_VERSION = _("The other hub did not identify itself."), "The other instance did not say what it is."
    VERSION_REFUSED = (
        _("The other hub responded with status %(status)s when asked to identify itself."),
        "Error: Connection to the server has failed. Returned response code: %(status)s",
    )
    NO_ANALYST_DATA_INDEX = (
        _("The other hub did not list its notes and opinions."),
        "The other instance did not say which analyst data it has.",
    )
    NO_NEW_KEY = (
        _("The other hub did not provide a new key."),
        "The other instance did not tell us a new key.",
    )
    NOT_THE_EVENT = (
        _("The other hub responded with something other than the event."),
        "The other instance answered with something else than the event.",
    )
    NOT_AUTHORISED = (
        _("The other hub does not accept our key, or our account there may not use keys."),
        (
            "Not authorised. This is either due to an invalid auth key, or due to the sync user not having "
            "authentication permissions enabled on the remote server. Another reason could be an incorrect sync "
            "server setting."
        ),
    )
    MAY_NOT_SEND = (
        _("Our account there may not send events."),
        "Remote instance is outdated or no permission to push.",
    )
    KNOWN_THERE = _("The other hub’s version is already up to date."), "The other instance has it as new."
    KNOWN_HERE = _("The event here is already up to date.")
    MADE_HERE = (
        _("The event was created here. Changes made by others are not accepted."),
        "The event was created here; what others change in it is not taken in.",
    )
    EMPTY = _("The event has no attributes and no reports.")
    AHEAD_OF_TIME = (
        _("The event’s last change is in the future. Later changes to it would not be accepted."),
        "The event's last change lies ahead of now; no later change of it would be taken in.",
    )
    PROTECTED = (
        _("The event is protected, and this hub’s key is not one of its keys."),
        "The event is protected, and this instance's key is none of its keys.",
    )
    NOT_OVER_THIS_CONNECTION = (
        _("The event’s distribution or the connection’s rules prevent it from being sent there."),
        "The event does not go over this connection.",
    )
    SOME_NOT_SENT = (
        _("Some events could not be sent. See the run for details."),
        "Some events could not be sent; the run says why.",
    )
    NOT_READ = (
        _("This hub failed to process the event (%(error)s). Its operator can find details in the log."),
        "This instance could not read the event (%(error)s).",
    )
    NOT_SENT = (
        _("This hub failed to process the event (%(error)s). Its operator can find details in the log."),
        "This instance could not send the event (%(error)s).",
    )
    GIVEN_UP = (
        _(
            "%(count)s were refused several times and will not be resent until they change. Last response: %(reason)s"
        ),
        "%(count)s not sent again before they change. Last answer: %(reason)s",
    )
    OF_KIND = _("%(kind)s: %(reason)s")


class SyncKindProblem(ProblemCode):
    """What stands before the colon when a whole kind of things did not pass, in place of a problem."""

    PROPOSALS = _("Proposals"), "proposals"
    SIGHTINGS = _("Sightings"), "sightings"
    CLUSTERS = _("Galaxy clusters"), "clusters"
    ANALYST_DATA = _("Notes and opinions"), "analyst_data"
    COLLECTIONS = _("Collections"), "collections"


KINDS = {each.own_wire: each for each in SyncKindProblem}
"""Kind of things, as runs count them → how it is called."""


def problem_of_kind(kind: str, reason: Problem) -> Problem:
    return SyncProblem.OF_KIND(kind=KINDS[kind](), reason=reason)
