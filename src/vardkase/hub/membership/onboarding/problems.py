"""What the services of onboarding refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class OnboardingProblem(ProblemCode):
    MEMBERSHIP_ENDED = _("The membership has ended.")
    LINK_IS_USED = _("The link has been used or has expired. Ask for a new one.")
    NEITHER_ORGANISATION_NOR_UUID = _("Choose an organisation, or give a UUID.")
    NOT_DONE_FROM_HERE = _("This item cannot be completed here. Items that can: %(items)s.")
    UNKNOWN_VALUE = _("This item does not accept such a value.")
    MISSING_VALUE = _("Fill this in.")
    NOT_A_DAY = _("Use the format 2027-01-31.")
    NO_RECIPIENT = _("Enter who should receive the link to the key.")
    DAY_OUT_OF_RANGE = _("Choose a date in the future, no later than %(day)s.")
    NOT_OF_THE_MEMBER = _(
        "This address belongs neither to a contact nor to one of the member’s e-mail domains. An officer must enter it."
    )
    HAS_SIGNED_IN = _("%(email)s has already signed in.")
    NOT_ITS_OWN_ADDRESS = _(
        "This account has already had a key. A link to a new one can only be sent to the account’s own "
        "address, or the member’s administrator can create one."
    )
    ADDRESS_TAKEN = _("An account with this email address already exists.")
    HAS_ANOTHER_ROLE = _("This account has another role.")
    NO_ROLE = _("The hub has no role for this.")
    LACKS_ADDRESSES = _("Enter the fixed addresses that the API is called from.")
    ORGANISATION_IN_USE = _("The organisation is in use: it can be merged with another, not replaced.")
    RUNS_THE_HUB = _("%(name)s runs this hub, or has staff who do, and cannot become another member.")
    UUID_IS_KNOWN = _("The organisation is already known to others by its UUID.")
    NOT_A_UUID = _("This is not a UUID.")
    UUID_TAKEN = _("An organisation with this UUID already exists.")
    NO_CONNECTION = _("This member has no connection.")
    NOT_OPTIONAL = _("Every member needs this. The status is determined automatically.")
    LACKS_SOURCE = _("The sign-in minimum requires a network or a client certificate: none is registered.")
