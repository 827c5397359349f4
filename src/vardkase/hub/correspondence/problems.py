"""What letters, mails and their texts are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class LetterProblem(ProblemCode):
    ALREADY_DELIVERED = _("The delivery of this letter has already been recorded.")
    DELIVERY_DAY = _("Choose a day between the date of the letter and today.")
    NOT_WAITING = _("This letter is not waiting for delivery.")
    BEING_SENT = _("The letter is already being sent.")
    NOT_CORRECTABLE = _(
        "This letter was written before its contents were kept. Write a new decision instead."
    )
    TEXT_CHANGED = _(
        "The wording of this kind of letter has been changed since. A corrected copy would say more than the "
        "correction: write a new decision instead."
    )
    NOTHING_CORRECTED = _("Change at least one of the texts.")
    ALREADY_SERVED = _("This has already been recorded for the letter.")
    SIMPLIFIED_TOO_SOON = _("Simplified service is effected on %(day)s at the earliest.")
    NO_RECIPIENT = _("No recipient with an e-mail address is known.")
    SENDER_UNKNOWN = _(
        "The decision cannot be written until the hub knows who decides and where to appeal. Set %(names)s first."
    )


class MailTextProblem(ProblemCode):
    NOTHING_TO_CHANGE = _("Nothing to change.")
    LINK_IN_SUBJECT = _("Do not put links in the subject. Every mail server on the way can read it.")
    SECTION_MISSING = _("The text must contain {%(name)s}: a legal officer writes it separately.")
    LINK_MISSING = _("The text must contain {%(name)s}: without it the reader cannot continue.")
    UNKNOWN_PLACEHOLDER = _("Line %(line)s: there is no {%(name)s} in this e-mail. Available: %(known)s.")
    UNMATCHED_BRACE = _("Line %(line)s: unmatched brace.")
    NO_SUCH_KIND = _("Unknown kind of e-mail.")
    NO_SUCH_LANGUAGE = _("Unknown language.")
