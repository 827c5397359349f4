"""Accounts that a sign-in minimum would lock out, for the officers' decision and for checklists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.key_days import end_of, latest_day
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.organisations.rules import has_verified_domain
from vardkase.identity.sign_in_policy.models import ClientCertificate

NAMED = 10
"""Organisations that one sentence names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Refused:
    """By rule (`SignInRule`): the organisations for which nobody can enter, the primary keys of accounts, and those of
    API keys. SECOND_FACTOR lets its accounts in only to set one up."""

    accounts_in_all: int
    keys_in_all: int
    organisations: Mapping[str, AbstractSet[str]]
    accounts: Mapping[str, AbstractSet[int]]
    keys: Mapping[str, AbstractSet[int]]

    def by(self, rule: str) -> Refused:
        """What one of the rules refuses by itself."""
        parts = ({rule: every.get(rule, set())} for every in (self.organisations, self.accounts, self.keys))
        return Refused(self.accounts_in_all, self.keys_in_all, *parts)  # type: ignore[arg-type]


def refused_by(
    organisations: QuerySet[Organisation], rules: Collection[str], key_days: int, *, only_new: bool = False
) -> Refused:
    """Whom `rules` refuse of the active accounts and valid keys of `organisations`, in four queries.

    `key_days`: how long a key may hold, 0 where nothing is set. `only_new`: without what is refused already by what
    is stored on each organisation.
    """
    unexpired = Q(ends=None) | Q(ends__gt=timezone.now())
    certificates = ClientCertificate.objects.filter(unexpired, org=OuterRef("pk"))
    by_id = {org.pk: org for org in organisations.annotate(has_certificate=Exists(certificates))}
    accounts = {user.pk: user for user in active_users().filter(org__in=by_id).select_related("role")}
    # Recovery codes stand in for a second factor once; alone they are none.
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES).filter(
        user__in=list(accounts)
    )
    with_factor = set(factors.values_list("user_id", flat=True))
    shut: dict[str, set[str]] = defaultdict(set)
    refused: dict[str, set[int]] = defaultdict(set)
    keys: dict[str, set[int]] = defaultdict(set)
    wanted = {pk: set(rules) - set(org.required_sign_in if only_new else ()) for pk, org in by_id.items()}
    for pk, org in by_id.items():
        for rule in _unmet_by_all(org) & wanted[pk]:
            shut[rule].add(org.name)
    failing = {pk: _unmet_by(user, by_id[user.org_id]) & wanted[user.org_id] for pk, user in accounts.items()}
    for pk, user in accounts.items():
        # Sync accounts work with API keys.
        needs_factor = SignInRule.SECOND_FACTOR in wanted[user.org_id] and not user.role.perm_sync
        lacks_factor = needs_factor and pk not in with_factor
        for rule in failing[pk] | ({SignInRule.SECOND_FACTOR} if lacks_factor else set()):
            refused[rule].add(pk)
    running = Q(expiration=0) | Q(expiration__gt=now_seconds())  # 0: it never expires
    valid = list(AuthKey.objects.filter(running, user__in=list(accounts)).order_by("pk"))
    for key in valid:
        org = by_id[accounts[key.user_id].org_id]
        was_refused = only_new and SignInRule.KEYS in org.required_sign_in
        was_refused = was_refused and _is_unbound(key, org.required_key_days)
        is_refused = SignInRule.KEYS in rules and _is_unbound(key, key_days) and not was_refused
        for rule in failing[key.user_id] | ({SignInRule.KEYS} if is_refused else set()):
            keys[rule].add(key.pk)
    return Refused(len(accounts), len(valid), shut, refused, keys)


def _unmet_by_all(organisation: Organisation) -> set[str]:
    """The rules that nobody of the organisation can keep, as it is registered now."""
    rules: set[str] = set()
    if not (organisation.networks or organisation.has_certificate):  # type: ignore[attr-defined]
        rules.add(SignInRule.SOURCE)
    if not organisation.verified_domains:
        rules.add(SignInRule.DOMAINS)
    return rules


def _unmet_by(user: User, organisation: Organisation) -> set[str]:
    """The rules that refuse an account wherever it comes from."""
    rules = _unmet_by_all(organisation)
    if not has_verified_domain(user.email, organisation.verified_domains):
        rules.add(SignInRule.DOMAINS)
    return rules


def _is_unbound(key: AuthKey, key_days: int) -> bool:
    if not (key.expiration and key.allowed_ips):
        return True
    return bool(key_days) and key.expiration > end_of(latest_day(key.created, key_days))


def warnings_of(refused: Refused) -> Iterator[str]:
    """A sentence for each thing that stops at once; none where nothing does."""
    if names := refused.organisations.get(SignInRule.SOURCE):
        sentence = gettext(
            "Nobody can sign in from %(names)s: no network and no valid client certificate is registered."
        )
        yield sentence % {"names": _named(names)}
    if names := refused.organisations.get(SignInRule.DOMAINS):
        sentence = gettext("Nobody can sign in from %(names)s: no e-mail domain is verified.")
        yield sentence % {"names": _named(names)}
    if count := len(_union(refused.accounts, but=SignInRule.SECOND_FACTOR)):
        sentence = ngettext(
            "%(count)s of %(all)s accounts is refused at once.",
            "%(count)s of %(all)s accounts are refused at once.",
            count,
        )
        yield sentence % {"count": count, "all": refused.accounts_in_all}
    if count := len(_union(refused.keys)):
        sentence = ngettext(
            "%(count)s of %(all)s API keys stops working at once.",
            "%(count)s of %(all)s API keys stop working at once.",
            count,
        )
        yield sentence % {"count": count, "all": refused.keys_in_all}
    if count := len(refused.accounts.get(SignInRule.SECOND_FACTOR, ())):
        sentence = ngettext(
            "%(count)s of %(all)s accounts must set up a second factor before anything else.",
            "%(count)s of %(all)s accounts must set up a second factor before anything else.",
            count,
        )
        yield sentence % {"count": count, "all": refused.accounts_in_all}


def _union(by_rule: Mapping[str, AbstractSet[int]], but: str = "") -> set[int]:
    return {pk for rule, refused in by_rule.items() if rule != but for pk in refused}


def _named(names: AbstractSet[str]) -> str:
    first = ", ".join(sorted(names)[:NAMED])
    if (others := len(names) - NAMED) < 1:
        return first
    both = ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", others)
    return both % {"names": first, "count": others}
