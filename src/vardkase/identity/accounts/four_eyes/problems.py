"""Why a request that takes two people, or an answer to one, is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class FourEyesProblem(ProblemCode):
    NOT_FOUND = _("Approval request not found.")
    ON_PAGES_ONLY = _(
        "Two-person decisions are made on the hub’s pages by someone who has signed in there. An API key can "
        "only propose them."
    )
    NOT_AT_THE_CONSOLE = _(
        "Two-person decisions cannot be proposed at the console, because the person there may have an "
        "account that approves. Propose it on the web, or with your own API key."
    )
    NOT_A_PROPOSER = _("This may be proposed by: %(parties)s.")
    OWN_PROPOSAL = _("You made the proposal, so another person must respond.")
    NOT_AN_APPROVER = _("This is approved by: %(parties)s.")
    NOT_DELEGATED = _(
        "Decisions of this kind are delegated, and you do not have the right to make them today. See "
        "Delegation of decisions."
    )
    KEY_OF_ANOTHER = _(
        "Someone else issued this API key. Two-person decisions require a key that you issued yourself, or "
        "the hub’s pages."
    )
    CREDENTIALS_TOO_NEW = _(
        "Someone else recently set your sign-in details. To prevent others from acting in your name, you can "
        "take part in two-person decisions from %(until)s."
    )
    NO_LEGAL_OFFICER = _("One of the two must be a legal officer.")
    CONCERNS_YOU = _("Another person must do this, because it concerns you.")
    NOT_THE_PROPOSER = _("Only the proposer can withdraw the proposal.")
    READ_AGAIN = _("This is not what was proposed. Read the request again.")
    NOT_WAITING = _("This request is no longer waiting: %(state)s.")
    ALREADY_PROPOSED = _("This has already been proposed, and is waiting for a second person.")
    CHANGED = _("This has changed since it was proposed. It must be proposed again.")
    REASON_MISSING = _("Enter a reason.")
    REASON_TOO_LONG = _("Enter text of at most %(count)s characters.")
