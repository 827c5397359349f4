"""Why something about organisations or sharing groups is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OrganisationProblem(ProblemCode):
    NOT_FOUND = _("Organisation not found."), "Invalid organisation"
    LIST_HIDDEN = _("On this instance, the list of organisations is shown only to those who need it.")
    NAME_TAKEN = _("An organisation with this name already exists.")
    NAME_RESEMBLES = _("The name looks like that of another organisation: %(name)s.")
    NAME_INVISIBLE = _("The name contains invisible characters. Type it again.")
    UUID_TAKEN = _("An organisation with this UUID already exists.")
    NAME_NEEDS_OFFICERS = _(
        "A member’s own administrator proposes another name on the page Membership, and two officers "
        "approve it."
    )
    OF_ANONYMOUS = _(
        "The hub publishes for anonymous members as this organisation: it keeps its name and has no accounts."
    )
    HOST_STAYS = _("The organisation that runs the hub stays local and keeps its UUID.")
    MEMBER_STAYS = _(
        "A member stays local and keeps its UUID for as long as it is a member. During onboarding, two "
        "officers can change the UUID in the checklist."
    )
    IDENTITY_NOT_YOURS = (
        _("Operators and auditors do not change the name, UUID or origin of an organisation."),
        "Operators and auditors do not decide as whom an organisation is known.",
    )
    HOST_FIXED = _("The organisation that runs a hub cannot be changed once membership is in use.")
    NO_LOCAL = _("No local organisation has this ID.")
    IN_USE = _("The organisation still has users, events or sharing groups.")
    MERGED_INTO_ITSELF = _("An organisation cannot be merged into itself.")
    HOST_NOT_MERGED = _("The organisation that runs this hub cannot be merged into another.")
    HAS_DUTIES = _("People of the organisation have duties at the hub. Remove them first.")
    TARGET_NOT_LOCAL = _("The organisation has users, who can only be moved to a local one.")
    BOTH_HAVE = _("Both organisations have %(things)s. Remove it from one of them first.")


class SharingGroupProblem(ProblemCode):
    NOT_FOUND = (
        _("The sharing group does not exist, or you do not have access to it."),
        "Sharing group doesn't exist or you do not have permission to access it.",
    )
    NOT_DELETED = _("The sharing group could not be deleted.")
    NAME_TAKEN = _("A sharing group with this name already exists.")
    ALREADY_MEMBER = _("Organisation is already in the sharing group.")
    NOT_A_MEMBER = _("Organisation is not in the sharing group.")
    ALREADY_SERVER = _("Server is already in the sharing group.")
    NOT_A_SERVER = _("Server is not in the sharing group.")


class ValueProblem(ProblemCode):
    """What the readers of single values in `fields` refuse."""

    NOT_TEXT = _("Please enter some text.")
    OVER_255 = _("At most 255 characters are allowed.")
    NOT_FILLED = _("Please enter a %(what)s of at most %(most)s characters.")
    NOT_A_NUMBER = _("Please enter a number.")


class AttributionProblem(ProblemCode):
    NOT_THE_SENDER = (
        _(
            "Another member of this hub created it. Only that member’s own accounts and connections can add it here."
        ),
        (
            "The creator is a member of this hub. Only its own accounts and connections, and those of the "
            "organisation that runs the hub, may bring in what it has created."
        ),
    )
    ANOTHER_BROUGHT_IT = _(
        "Another organisation added it here. Only that organisation, or the one that runs the hub, may add a "
        "later version."
    )


class StandingProblem(ProblemCode):
    """What an organisation may not do as its membership is; named as `MembershipStanding`."""

    ONBOARDING = _("The membership of your organisation is not active yet: onboarding is in progress.")
    READ_ONLY = _("Your organisation may read but not write: its membership is restricted.")
    NO_SYNC = _("The API connection of your organisation is suspended. The web works.")
    READ_ONLY_NO_SYNC = _(
        "Your organisation may read on the web only: its membership is restricted, and its "
        "API connection suspended."
    )
    STATEMENT_EXPIRED = _(
        "Your organisation may read but not write: its security statement has expired. Renew it to write again."
    )
    STATEMENT_LAPSED = _(
        "Your organisation may read on the web only: its security statement has expired. "
        "Renew it to write and to use the API again."
    )
    SUSPENDED = _("The membership of your organisation is suspended.")
    TERMINATED = _("The membership of your organisation has ended.")
    NO_MEMBERSHIP = _(
        "Your organisation is not a member of this hub, and only members take part. "
        "Apply for membership, or ask the hub owner."
    )
    NO_EXCHANGE = _(
        "%(organisation)s may not exchange data with this hub at the moment. Its membership: %(standing)s."
    )
