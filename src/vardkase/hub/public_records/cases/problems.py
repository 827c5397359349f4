"""What is refused about requests for public records."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class RecordsProblem(ProblemCode):
    NO_SUCH_CASE = _("Case not found."), "Invalid case."
    NO_SUCH_ITEM = _("Choose items of this case.")
    NO_SUCH_LINK = _("This link is not valid."), "Invalid link."
    NO_SUCH_PERSON = _("This person does not handle public-records requests in your authority.")
    TOO_MANY_REQUESTS = _("Too many requests have been sent from here recently. Please try again in an hour.")
    NOT_RECEIVED_YET = _("The day cannot be in the future.")
    NOTHING_CHOSEN = _("Choose at least one.")
    TOO_MANY_ITEMS = _("A case holds at most %(most)s items. Handle the rest in another case.")
    FILES_TOO_LARGE = _("The attachments of a case can be at most %(most)s MB together.")
    NOT_AVAILABLE = _("The authority did not have this when the request arrived.")
    MATERIAL_FIXED = _("An item cannot be removed once someone was consulted about it or it was answered.")
    HOURS_OUTSIDE = _("Choose from 1 to %(most)s hours.")
    ASKED_ALREADY = _("%(name)s has already been asked about all of its material.")
    NOT_CONCERNED = _("Only those whose material is in the case can be consulted.")
    CONSULTATION_ANSWERED = _("This consultation has already been answered.")
    CONSULTATION_OVER = _("The authority has answered the request. This consultation is closed.")
    MASK_NOT_FOUND = _("“%(text)s” does not occur in the selected items.")
    MASK_MISSING = _("Enter at least one text to mask.")
    TOO_MANY_MASKS = _("Enter at most %(most)s texts to mask.")
    GROUND_MISSING = _("Choose the ground for secrecy.")
    NO_SUCH_GROUND = _("Choose grounds from the list.")
    HARM_MISSING = _("Describe the harm that release would do, in at most %(most)s characters.")
    CONDITION_NEEDS_PERSON = _(
        "A condition binds a known private person or company (10 kap. 14 § OSL). Record who the requester is first."
    )
    CONDITION_ON_RELEASE = _("A condition goes with what is released, not with what is withheld.")
    NOT_ASSESSED = _("%(count)s items remain to be assessed.")
    STILL_VISIBLE = _(
        "Masked or withheld text still occurs in what would be released: %(places)s. Mask it there too, or confirm "
        "that it may go out."
    )
    FILES_UNREAD = _("Confirm that nothing that is withheld or masked is in these attachments: %(names)s.")
    OFFICE_INCOMPLETE = _(
        "The letter cannot be written until the page of the office states: %(names)s.",
    )
    ANSWER_FIRST = _("Answer the requester first. A written decision follows if the requester asks for one.")
    SERVED_EARLY = _("The day must be between the decision and today.")
    NO_SUCH_ANSWER = _("Answer not found.")
    ONLY_DECISIONS = _("Only a written decision can be appealed. Ask for one first.")
    NOT_APPEALABLE = _("This decision releases everything: there is nothing to appeal.")
    ANSWERED_WHEN = _("Choose a time between the consultation and now.")
    APPEAL_OPEN = _("An appeal is already being handled.")
    DECIDE_APPEALED = _("An appeal is being handled: choose a written decision, which is forwarded with it.")
    TIME_FIRST = _("Check first whether the appeal arrived in time.")
    TEXT_MISSING = _("Enter at most %(most)s characters.")
    NO_ADDRESS = _("Enter an e-mail address that we can reply to, or leave it empty.")
    NOT_TAKING_PART = _("Take part in the coordination first.")
    NO_SUCH_COORDINATION = _("Coordination not found.")
    TOO_MANY_MESSAGES = _("Many messages have been sent recently. Please try again in an hour.")
