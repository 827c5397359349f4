"""Claims in an application that match another organisation; shown to officers for investigation.

An applicant writes what it likes, so that none of it makes an officer partial: it could choose its officers.
"""

from __future__ import annotations

from django.db.models.functions import Lower
from django.utils.translation import gettext

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.access import applicant
from vardkase.hub.membership.assessments.rules import AssessedApplicant
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.questionnaire.cross_checks import accepted_by_another
from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.reserved import lies_under
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import organisation_skeleton
from vardkase.identity.organisations.rules import plain_domain


def claims(actor: Actor, application: Application) -> list[str]:
    """Sentences for officers: existing owners of the domains, number, name and people that an application
    claims."""
    claimed = applicant(application)
    others = Organisation.objects.exclude(pk=application.organisation_id or 0)
    return [
        *_about_the_reader(actor, claimed),
        *_about_the_signatory(application),
        *(
            gettext(
                "“%(domain)s” is one of its e-mail domains, but %(organisation)s has verified %(verified)s here."
            )
            % {"domain": domain, "organisation": name, "verified": verified}
            for name, domains in others.exclude(verified_domains=[]).values_list("name", "verified_domains")
            for verified in domains
            for domain in sorted(map(plain_domain, claimed.domains))
            if domain and (lies_under(domain, verified) or lies_under(verified, domain))
        ),
        *(
            gettext("It has the same organisation number as %s.") % member.organisation.name
            for member in Membership.objects.filter(
                organisation_number=claimed.number, organisation__in=others
            )
            .exclude(organisation_number="")
            .select_related("organisation")
        ),
        *(
            gettext("Another organisation here is also called %s.") % organisation.name
            for organisation in others.filter(name_skeleton=organisation_skeleton(claimed.name), local=True)
        ),
        *(
            gettext("%(address)s has an account here, at %(organisation)s.")
            % {"address": user.email, "organisation": user.org.name}
            for user in User.objects.alias(small=Lower("email"))
            .filter(small__in=claimed.addresses, org__in=others)
            .select_related("org")
            .order_by("email")
        ),
    ]


def _about_the_signatory(application: Application) -> list[str]:
    answers = application.answers
    if not accepted_by_another(answers):
        return []
    sentence = gettext(
        "The terms are accepted by %(by)s, and the signatory is %(signatory)s. The reason given: %(why)s"
    )
    facts = {
        "by": value_at(answers, "terms.name"),
        "signatory": value_at(answers, "contacts.signatory.name"),
        "why": value_at(answers, "terms.why_not_signatory") or "–",
    }
    return [sentence % facts]


def _about_the_reader(actor: Actor, claimed: AssessedApplicant) -> list[str]:
    domain = plain_domain(actor.name.rpartition("@")[2])
    if are_one_person(addresses_of(actor.user_id, actor.name), set(claimed.addresses)):
        sentence = gettext(
            "It names you (%s) as a contact. Declare a conflict of interest if you have ties to it."
        )
        return [sentence % actor.name]
    if domain and any(lies_under(domain, plain_domain(theirs)) for theirs in claimed.domains):
        sentence = gettext(
            "Your own address is in one of its e-mail domains. Declare a conflict of interest if "
            "you have ties to it."
        )
        return [sentence]
    return []
