"""What an organisation can be recognised by: what it has registered, and its people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from vardkase.core.sql import cursor
from vardkase.hub.anonymity.hits import HitKind
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.identity.organisations.models import Organisation

type Network = IPv4Network | IPv6Network

# What many organisations have in their names. Alone it says nothing.
COMMON_WORDS = frozenset({
    "ab", "aktiebolag", "kommun", "kommuns", "stad", "stads", "region", "regionen", "landsting", "län",
    "länsstyrelsen", "länsstyrelse", "i", "och", "för", "på", "av", "den", "det", "the", "of", "and", "for", "in",
    "municipality", "city", "county", "authority", "agency", "government", "company", "group", "ltd", "inc",
    "gmbh", "as", "oy", "myndigheten", "myndighet", "verket", "universitet", "universitetet", "högskola",
    "högskolan", "sjukhus", "sjukhuset", "skola", "skolan", "bolag", "bolaget", "förbund", "förbundet", "service",
    "services", "sweden", "sverige", "svenska", "swedish", "national", "nationella", "statens", "cert", "csirt",
    "soc", "support", "info", "security", "säkerhet", "it",
})  # fmt: skip
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
SHORTEST = 3
MOST_PEOPLE = 2_000


class PhraseNode:
    """Phrases that begin alike; `kind` of the one that ends here."""

    __slots__ = ("further", "kind")

    def __init__(self) -> None:
        self.further: dict[str, PhraseNode] = {}
        self.kind: HitKind | None = None


@dataclass
class Traits:
    """`phrases`: words that follow each other, lower-case → what they are."""

    organisation_id: int
    phrases: dict[tuple[str, ...], HitKind] = field(default_factory=dict)
    abbreviations: set[str] = field(default_factory=set)
    """As they are written: in capitals."""
    domains: set[str] = field(default_factory=set)
    networks: set[Network] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    numbers: set[tuple[str, int]] = field(default_factory=set)
    """On this hub: what kind of thing, and its number."""

    @cached_property
    def tree(self) -> PhraseNode:
        """`phrases` so that each word of a text is looked up once, however many people have the same first name."""
        root = PhraseNode()
        for phrase, kind in self.phrases.items():
            node = root
            for word in phrase:
                node = node.further.setdefault(word, PhraseNode())
            node.kind = kind
        return root


def words_in(text: str) -> list[str]:
    return [match[0] for match in WORD.finditer(unicodedata.normalize("NFKC", text).lower())]


WORD = re.compile(r"[^\W_]+")


def traits_of(organisation: Organisation) -> Traits:
    known = Traits(organisation.pk, uuids={str(organisation.uuid)})
    rows = cursor().execute(REGISTERED, {"org": organisation.pk}).fetchall()
    said: dict[str, set[str]] = {}
    for kind, value in rows:
        said.setdefault(kind, set()).add(value.strip())
    contacts = set(ADDRESS.findall(organisation.contacts))
    _add_names(known, {organisation.name, *said.get("name", ())})
    _add_people(known, said.get("person", ()), {*said.get("address", ()), *contacts})
    shared = {domain for (domain,) in cursor().execute(SHARED_DOMAINS, {"org": organisation.pk}).fetchall()}
    _add_domains(
        known, organisation, said.get("domain", set()), {*said.get("address", ()), *contacts}, shared
    )
    for number in said.get("number", ()):
        for written in (number, hyphenated(number)):
            known.phrases[tuple(words_in(written))] = HitKind.NUMBER
    for written in (*organisation.networks, *organisation.egress_addresses, *said.get("network", ())):
        known.networks.update(_network(written))
    known.phrases.pop((), None)
    for phrase, kind in list(known.phrases.items()):
        for letters in (WITHOUT_MARKS, IN_TWO_LETTERS):
            known.phrases.setdefault(tuple(word.translate(letters) for word in phrase), kind)
    return known


WITHOUT_MARKS = str.maketrans("åäöéüø", "aaoeuo") | str.maketrans({"æ": "ae"})
IN_TWO_LETTERS = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae"})
"""As names are written where only ASCII is."""


def _add_names(known: Traits, names: Iterable[str]) -> None:
    for name in names:
        words = words_in(name)
        # With one word of many organisations alone ("Kommun"), everything would be a hit.
        if set(words) - COMMON_WORDS:
            known.phrases[tuple(words)] = HitKind.NAME
        for word in words:
            if word not in COMMON_WORDS and len(word) > SHORTEST:
                # "Vaxholms stad" is in Vaxholm.
                stem = word[:-1] if word.endswith("s") and len(words) > 1 else word
                known.phrases[(stem,)] = HitKind.NAME
        initials = "".join(word[0] for word in words if word not in SMALL_WORDS).upper()
        if len(initials) >= SHORTEST:
            known.abbreviations.add(initials)
        known.abbreviations.update(
            match[0] for match in WORD.finditer(name) if match[0].isupper() and len(match[0]) >= SHORTEST
        )


SMALL_WORDS = frozenset({
    "i", "och", "för", "på", "av", "den", "det", "the", "of", "and", "for", "in",
})  # fmt: skip


def _add_people(known: Traits, people: Iterable[str], addresses: Iterable[str]) -> None:
    for person in people:
        if len(words := words_in(person)) > 1:
            known.phrases[tuple(words)] = HitKind.ADDRESS
    for address in addresses:
        local = words_in(address.partition("@")[0])
        # anna.ek is found in "Anna Ek" too; a name of one word may be any.
        if len(local) > 1 and not set(local) <= COMMON_WORDS:
            known.phrases[tuple(local)] = HitKind.ADDRESS
        if words := words_in(address):
            known.phrases[tuple(words)] = HitKind.ADDRESS


def _add_domains(
    known: Traits,
    organisation: Organisation,
    registered: set[str],
    addresses: Iterable[str],
    shared: set[str],
) -> None:
    restricted = organisation.restricted_to_domain
    site = urlsplit(organisation.landingpage or "").hostname or ""
    known.domains = (
        {
            domain.strip().lower().strip(".").removeprefix("www.")
            for domain in (
                *organisation.verified_domains,
                *(restricted if isinstance(restricted, list) else ()),
                *registered,
                site,
                *(address.partition("@")[2] for address in addresses),
            )
        }
        - shared
        - {""}
    )
    for domain in known.domains:
        known.phrases[tuple(words_in(domain))] = HitKind.DOMAIN
        name = domain.rpartition(".")[0].rpartition(".")[2]
        if len(name) > SHORTEST and name not in COMMON_WORDS:
            known.phrases.setdefault(tuple(words_in(name)), HitKind.NAME)


def _network(written: Any) -> Iterator[Network]:
    try:
        yield ip_network(str(written), strict=False)
    except ValueError:
        return


# Details and changes of a member, with former names; its applications, contacts, users and their former addresses.
REGISTERED = f"""
WITH member AS (SELECT * FROM membership WHERE organisation_id = %(org)s),
said AS (
    SELECT details FROM member
    UNION ALL
    SELECT jsonb_build_object(key, one) FROM membership_change c JOIN member m ON m.id = c.membership_id,
        jsonb_each(c.fields), jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) one
),
contacts AS (SELECT value AS one FROM said, jsonb_each(details) WHERE key LIKE 'contact%%'
    AND jsonb_typeof(value) = 'object')
SELECT 'name', details ->> 'name' FROM said WHERE details ->> 'name' <> ''
UNION SELECT 'name', organisation_name FROM application WHERE organisation_id = %(org)s AND organisation_name <> ''
UNION SELECT 'number', organisation_number FROM member WHERE organisation_number <> ''
UNION SELECT 'domain', jsonb_array_elements_text(details -> 'domains') FROM said
    WHERE jsonb_typeof(details -> 'domains') = 'array'
UNION SELECT 'network', jsonb_array_elements_text(details -> name) FROM said, unnest(ARRAY['networks', 'egress']) name
    WHERE jsonb_typeof(details -> name) = 'array'
UNION SELECT 'person', one ->> 'name' FROM contacts WHERE one ->> 'name' <> ''
UNION SELECT 'address', one ->> 'email' FROM contacts WHERE one ->> 'email' <> ''
UNION SELECT 'person', name FROM contact WHERE organisation_id = %(org)s
UNION SELECT 'address', email FROM contact WHERE organisation_id = %(org)s
UNION (SELECT 'address', a.email FROM account_address a JOIN account u ON u.id = a.user_id
    WHERE u.org_id = %(org)s ORDER BY a.id DESC LIMIT {MOST_PEOPLE})
"""

# Addresses at a provider that others use as well say nothing of one organisation.
SHARED_DOMAINS = """
SELECT DISTINCT lower(split_part(u.email, '@', 2)) FROM account u WHERE u.org_id <> %(org)s
"""
