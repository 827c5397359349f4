"""Problems of pulls and pushes: why a run failed, and why an event did not pass."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import Problem, ProblemCode


class SyncProblem(ProblemCode):
    """`reason` is another problem; `error` is the name of a Python error."""

    CUT_OFF = _("The run was cut off before it was done."), "The run was cut off."
    CANCELLED = _("The run was cancelled.")
    BAD_PULL_TECHNIQUE = (
        _("Enter the event’s number there or its UUID."),
        "Invalid pull technique `%(detail)s`.",
    )
    BAD_PUSH_TECHNIQUE = _("Enter the event’s number."), "Invalid push technique `%(detail)s`."
    RUN_NOT_FOUND = _("There is no such run."), "Invalid run"
    EVENT_NOT_FOUND = _("There is no such event."), "Event not found."
    EVENT_NOT_THERE = _("The other hub does not show the event to us."), "Event '%(detail)s' not found."
    NO_EVENT_LIST = (
        _("The other hub did not answer with a list of events."),
        "The other instance did not answer with a list of events.",
    )
    NO_VERSION = _("The other hub did not say what it is."), "The other instance did not say what it is."
    VERSION_REFUSED = (
        _("The other hub answered with status %(status)s when it was asked what it is."),
        "Error: Connection to the server has failed. Returned response code: %(status)s",
    )
    NO_ANALYST_DATA_INDEX = (
        _("The other hub did not say which notes and opinions it has."),
        "The other instance did not say which analyst data it has.",
    )
    NO_NEW_KEY = (
        _("The other hub did not tell us a new key."),
        "The other instance did not tell us a new key.",
    )
    NOT_THE_EVENT = (
        _("The other hub answered with something else than the event."),
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
    KNOWN_THERE = _("The other hub has it as new."), "The other instance has it as new."
    KNOWN_HERE = _("The event here is as new.")
    MADE_HERE = (
        _("The event was created here. What others change in it is not taken in."),
        "The event was created here; what others change in it is not taken in.",
    )
    EMPTY = _("The event has no attributes and no reports.")
    AHEAD_OF_TIME = (
        _("The event's last change lies ahead of now. No later change of it would be taken in."),
        "The event's last change lies ahead of now; no later change of it would be taken in.",
    )
    PROTECTED = (
        _("The event is protected, and this hub's key is none of its keys."),
        "The event is protected, and this instance's key is none of its keys.",
    )
    NOT_OVER_THIS_CONNECTION = (
        _("Its reach, or the rules of the connection, keep the event from going there."),
        "The event does not go over this connection.",
    )
    SOME_NOT_SENT = (
        _("Some events could not be sent. The run says why."),
        "Some events could not be sent; the run says why.",
    )
    NOT_READ = (
        _("This hub failed with the event (%(error)s). Its log says more to those who run it."),
        "This instance could not read the event (%(error)s).",
    )
    NOT_SENT = (
        _("This hub failed with the event (%(error)s). Its log says more to those who run it."),
        "This instance could not send the event (%(error)s).",
    )
    GIVEN_UP = (
        _(
            "%(count)s were refused several times and are not sent again until they change. Last answer: %(reason)s"
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
