"""Accounts that a sign-in minimum would lock out, for the officers' decision and for checklists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
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
    running = Q(ends=None) | Q(ends__gt=timezone.now())
    certificates = ClientCertificate.objects.filter(running, org=OuterRef("pk"))
    found = {each.pk: each for each in organisations.annotate(has_certificate=Exists(certificates))}
    accounts = {user.pk: user for user in active_users().filter(org__in=found).select_related("role")}
    with_factor = _with_second_factor(accounts)
    shut: dict[str, set[str]] = defaultdict(set)
    refused: dict[str, set[int]] = defaultdict(set)
    keys: dict[str, set[int]] = defaultdict(set)
    wanted = {pk: set(rules) - set(each.required_sign_in if only_new else ()) for pk, each in found.items()}
    for pk, each in found.items():
        for rule in _shutting(each) & wanted[pk]:
            shut[rule].add(each.name)
    failing = {pk: _failing(user, found[user.org_id]) & wanted[user.org_id] for pk, user in accounts.items()}
    for pk, user in accounts.items():
        is_asked = SignInRule.SECOND_FACTOR in wanted[user.org_id] and not user.role.perm_sync
        lacks_factor = is_asked and pk not in with_factor
        for rule in failing[pk] | ({SignInRule.SECOND_FACTOR} if lacks_factor else set()):
            refused[rule].add(pk)
    valid = list(_valid_keys(accounts))
    for key in valid:
        org = found[accounts[key.user_id].org_id]
        was_refused = only_new and SignInRule.KEYS in org.required_sign_in
        was_refused = was_refused and _is_unbound(key, org.required_key_days)
        is_refused = SignInRule.KEYS in rules and _is_unbound(key, key_days) and not was_refused
        for rule in failing[key.user_id] | ({SignInRule.KEYS} if is_refused else set()):
            keys[rule].add(key.pk)
    return Refused(len(accounts), len(valid), shut, refused, keys)


def _shutting(organisation: Organisation) -> set[str]:
    """The rules that nobody of the organisation can keep, as it is registered now."""
    found: set[str] = set()
    if not (organisation.networks or organisation.has_certificate):  # type: ignore[attr-defined]
        found.add(SignInRule.SOURCE)
    if not organisation.verified_domains:
        found.add(SignInRule.DOMAINS)
    return found


def _failing(user: User, organisation: Organisation) -> set[str]:
    """The rules that refuse an account wherever it comes from."""
    found = _shutting(organisation)
    if not has_verified_domain(user.email, organisation.verified_domains):
        found.add(SignInRule.DOMAINS)
    return found


def _with_second_factor(accounts: Iterable[int]) -> set[int]:
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(factors.filter(user__in=list(accounts)).values_list("user_id", flat=True))


def _valid_keys(accounts: Iterable[int]) -> QuerySet[AuthKey]:
    valid = Q(expiration=0) | Q(expiration__gt=now_seconds())
    return AuthKey.objects.filter(valid, user__in=list(accounts)).order_by("pk")


def _is_unbound(key: AuthKey, key_days: int) -> bool:
    if not (key.expiration and key.allowed_ips):
        return True
    return bool(key_days) and key.expiration > end_of(latest_day(key.created, key_days))


def warnings_of(found: Refused) -> Iterator[str]:
    """A sentence for each thing that stops at once; none where nothing does."""
    if names := found.organisations.get(SignInRule.SOURCE):
        told = gettext(
            "Nobody comes in from %(names)s: no network and no valid client certificate is registered."
        )
        yield told % {"names": _named(names)}
    if names := found.organisations.get(SignInRule.DOMAINS):
        told = gettext("Nobody comes in from %(names)s: no mail domain is verified.")
        yield told % {"names": _named(names)}
    if count := len(_union(found.accounts, but=SignInRule.SECOND_FACTOR)):
        told = ngettext(
            "%(count)s of %(all)s accounts is refused at once.",
            "%(count)s of %(all)s accounts are refused at once.",
            count,
        )
        yield told % {"count": count, "all": found.accounts_in_all}
    if count := len(_union(found.keys)):
        told = ngettext(
            "%(count)s of %(all)s API keys stops working at once.",
            "%(count)s of %(all)s API keys stop working at once.",
            count,
        )
        yield told % {"count": count, "all": found.keys_in_all}
    if count := len(found.accounts.get(SignInRule.SECOND_FACTOR, ())):
        told = ngettext(
            "%(count)s of %(all)s accounts has to set up a second factor before anything else.",
            "%(count)s of %(all)s accounts have to set up a second factor before anything else.",
            count,
        )
        yield told % {"count": count, "all": found.accounts_in_all}


def _union(found: Mapping[str, AbstractSet[int]], but: str = "") -> set[int]:
    return {pk for rule, each in found.items() if rule != but for pk in each}


def _named(names: AbstractSet[str]) -> str:
    told = ", ".join(sorted(names)[:NAMED])
    if (more := len(names) - NAMED) < 1:
        return told
    both = ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", more)
    return both % {"names": told, "count": more}
