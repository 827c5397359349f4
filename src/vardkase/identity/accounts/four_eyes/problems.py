"""Why a request that takes two people, or an answer to one, is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class FourEyesProblem(ProblemCode):
    NOT_FOUND = _("There is no such request for approval.")
    ON_PAGES_ONLY = _(
        "What takes two people is decided on the hub’s pages, by somebody who has signed in there: an API key "
        "may propose it."
    )
    NOT_AT_THE_CONSOLE = _(
        "What takes two people cannot be proposed at the console: the person there may have "
        "an account that approves. Propose it on the pages, or with your own API key."
    )
    NOT_A_PROPOSER = _("This may be proposed by: %(parties)s.")
    OWN_PROPOSAL = _("You made the proposal: another person has to respond.")
    NOT_AN_APPROVER = _("This is approved by: %(parties)s.")
    KEY_OF_ANOTHER = _(
        "Somebody else issued this API key. What takes two people requires a key that you "
        "have issued yourself, or the hub’s pages."
    )
    CREDENTIALS_TOO_NEW = _(
        "Somebody else has recently set your sign-in details. So that nobody can act in your "
        "name, you can take part in what takes two people from %(until)s."
    )
    NO_LEGAL_OFFICER = _("One of the two has to be a legal officer.")
    CONCERNS_YOU = _("Another person has to do this, because it concerns you.")
    NOT_THE_PROPOSER = _("Only the proposer can withdraw the proposal.")
    READ_AGAIN = _("This is not what was proposed. Read the request again.")
    NOT_WAITING = _("This request is no longer waiting: %(state)s.")
    ALREADY_PROPOSED = _("This has already been proposed, and is waiting for a second person.")
    CHANGED = _("The matter has changed since it was proposed. It has to be proposed again.")
    REASON_MISSING = _("Enter a reason.")
    REASON_TOO_LONG = _("Enter a text of at most %(count)s characters.")
