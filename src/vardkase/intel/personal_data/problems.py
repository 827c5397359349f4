"""Why an answer about personal data is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class PersonalDataProblem(ProblemCode):
    NO_REASON = _("Say why the personal data are necessary.")
    REASON_TOO_LONG = _("Enter at most %(most)s characters.")
    UNKNOWN_KIND = _("Unknown kind of personal data. Known kinds: %(known)s.")
    NOTHING_TO_ANSWER = _("No personal data of this kind in the event await an answer.")
    UNKNOWN_WAY = _("Choose one of: %(known)s.")
    NOTHING_TO_REPLACE = _("There are no personal data of this kind to replace.")
    TOO_MANY_TO_REPLACE = _("There are more than %(most)s. Edit the attributes in parts.")
    NO_GROUND_FOR_OFFENCES = _(
        "Your organisation has no legal ground to share personal data on offences (GDPR, article 10). Remove or "
        "pseudonymise first: %(kinds)s."
    )
    NO_GROUND_TO_TAKE_OVER = _(
        "The organisation has no legal ground to process personal data on offences (GDPR, article 10), and there are "
        "some in the event."
    )
    NOTHING_ANSWERED = _("There is no answer about this kind of personal data to undo.")
    NO_REASON_FOR_DENIAL = _("Say why the details do not concern an offence.")
    NO_OFFENCE = _("Nothing of this kind seems to concern an offence.")
    NOTHING_DENIED = _("Nothing of this kind has been said not to concern an offence.")
    NO_SUCH_CONTRIBUTION = _("The proposal, note or opinion was not found, or holds no personal data.")
