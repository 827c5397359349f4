"""Finds values in pasted text and feeds, and guesses their types (attribute-types.md §6).

A word is made whole again (``evil[.]com``), then the tests below are tried in order; the first that knows it wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_network

from vardkase.misp.datafiles import data_file
from vardkase.misp.page_text import is_page, words_of_page
from vardkase.misp.types import COMPOSITE_TYPES, default_category, default_to_ids
from vardkase.misp.values import normalise, validate

LONGEST_TEXT = 5_000_000
"""Characters of a text that somebody pastes or sends; more than a person ever looks through."""
WARNINGLISTS = "data/misp-warninglists/lists"

SEPARATORS = re.compile(r"[\s\x00-\x1f\x7f-\xa0,<>;]+")
QUOTED = re.compile(r"\"([^\"\n]{1,2000})\"")
EDGES = "'\".,(){}"

SCHEME = re.compile(r"^(?:hxxp|hxtp|htxp|meow|h\[tt\]p)", re.IGNORECASE)
WRAPPED_SCHEME = re.compile(r"\[(?:hxxp|http)(s?)://\]", re.IGNORECASE)
DOT = re.compile(r"\[dot\]|\(dot\)", re.IGNORECASE)
AT = re.compile(r"\[at\]", re.IGNORECASE)
WRAPPED_CHARACTER = re.compile(r"\[(.)\]")

DEFANGED_DOT = re.compile(r"\[(?:\.|dot)\]|\((?:\.|dot)\)", re.IGNORECASE)
PARENTHESISED_AT = re.compile(r"\(at\)", re.IGNORECASE)
MUTEX = re.compile(r"(?:Global|Local|Session)\\[^\\\s]{2,}", re.IGNORECASE)
SUBJECT = re.compile(r"^[ \t]*(?:Subject|Ämne)[ \t]*:[ \t]*(\S.{1,500})$", re.IGNORECASE | re.MULTILINE)

HASH_BY_LENGTH = {
    32: ("md5", "imphash", "x509-fingerprint-md5", "ja3-fingerprint-md5"),
    40: ("sha1", "pehash", "x509-fingerprint-sha1", "cdhash"),
    56: ("sha224", "sha512/224"),
    64: ("sha256", "authentihash", "sha512/256", "x509-fingerprint-sha256"),
    96: ("sha384",),
    128: ("sha512",),
}
HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,128}")
SSDEEP = re.compile(r"([0-9]+):[0-9A-Za-z/+]{6,}:[0-9A-Za-z/+]{6,}")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
WITH_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):(?P<port>[0-9]{1,5})")
COMPOSED = re.compile(r"(?P<host>[^|]+)\|(?P<port>[0-9]{1,5})")
URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/\s:@]+)(?::[0-9]{1,5})?(?P<path>/.*)?", re.IGNORECASE
)
FILE_EXTENSION = re.compile(r"[^/]+\.(?![0-9]+$)[A-Za-z0-9]{2,16}")
REGISTRY_KEY = re.compile(r"(?:HKEY_[A-Z_]+|HK(?:LM|CU|CR|U|CC))\\", re.IGNORECASE)
CVE = re.compile(r"CVE[-–][0-9]{4}[-–][0-9]{4,}", re.IGNORECASE)
PHONE = re.compile(r"\+[0-9][0-9()\-]{6,}")
AUTONOMOUS_SYSTEM = re.compile(r"AS[0-9]{1,10}", re.IGNORECASE)
SHORTEST_CODE = 26
"""Characters of the shortest value of letters and digits alone: an address of Bitcoin."""
BITCOIN = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}")

IPS = ("ip-dst", "ip-src")
IP_PORTS = ("ip-dst|port", "ip-src|port")
EMAILS = ("email-src", "email", "email-dst", "target-email", "whois-registrant-email")
PHONES = ("phone-number", "prtn", "whois-registrant-phone")


@dataclass(frozen=True, slots=True)
class DetectedValue:
    """A value found in a text. `alternatives` are all possible types, `type` the most likely."""

    value: str
    type: str
    alternatives: tuple[str, ...]
    category: str
    to_ids: bool
    original: str
    comment: str = ""


type Guess = tuple[str, tuple[str, ...], str]
"""Value, types with the likeliest first, comment."""


def detect(
    text: str, *, beyond_misp: bool = False, check: Callable[[], None] = lambda: None
) -> list[DetectedValue]:
    """Every probable value in `text` (prose, lists, JSON, a web page), without duplicates, in order.

    `beyond_misp` also recognises what MISP's free-text import does not: defanged names in reserved domains such as
    ``.example``, ``(at)``, mutexes and mail subjects. For people, who review the result; clients expect MISP's.
    `check` is called for each word, and raises when there is no time left.
    """
    detected = {value.value: value for value in _subjects(text)} if beyond_misp else {}
    for word in dict.fromkeys(_words(text)):
        check()
        # No test recognises such a word, and most words of a text are like it: the tests look for a sign in it, or
        # a length.
        if len(word) < SHORTEST_CODE and word.isalnum() and not AUTONOMOUS_SYSTEM.fullmatch(word):
            continue
        guess = (_guess_beyond_misp(word) if beyond_misp else None) or _guess(refang(word))
        if guess is None:
            continue
        value, types, comment = guess
        # A guess is by form only: an IP address with the port 99999 looks right and is refused when stored.
        if value in detected or validate(types[0], normalise(types[0], value)):
            continue
        category, to_ids = default_category(types[0]), default_to_ids(types[0])
        detected[value] = DetectedValue(value, types[0], types, category, to_ids, word, comment)
    return list(detected.values())


def _guess(refanged: str) -> Guess | None:
    return next((guess for test in TESTS if (guess := test(refanged)) is not None), None)


def _guess_beyond_misp(word: str) -> Guess | None:
    if MUTEX.fullmatch(word):
        return word, ("mutex", "filename"), ""
    whole = refang(PARENTHESISED_AT.sub("@", word).replace("(.)", "."))
    # Nobody puts brackets into the name of a file: they are there because the name is a domain.
    if DEFANGED_DOT.search(word) and (match := URL.fullmatch(whole)):
        host = match["host"]
        if (
            not _is_network(host)
            and validate("domain", normalise("domain", host)) is None
            and not _is_domain(host)
        ):
            if match["scheme"] or match["path"]:
                return whole, ("url", "link"), ""
            return whole, ("hostname", "domain") if host.count(".") > 1 else ("domain", "hostname"), ""
    return _guess(whole)


def _subjects(text: str) -> Iterator[DetectedValue]:
    for match in SUBJECT.finditer(text):
        value = match[1].strip()
        yield DetectedValue(
            value, "email-subject", ("email-subject", "text"), default_category("email-subject"), False, value
        )


def refang(word: str) -> str:
    word = WRAPPED_SCHEME.sub(r"http\1://", word)
    if "[" in word or "(" in word:
        word = WRAPPED_CHARACTER.sub(r"\1", AT.sub("@", DOT.sub(".", word)))
    return SCHEME.sub("http", word).rstrip(".")


def _words(text: str) -> Iterator[str]:
    if text.lstrip().startswith("{"):
        pieces = _strings_of_json(text)
    else:
        pieces = [words_of_page(text) if is_page(text) else text]
    for piece in pieces:
        # What stands between quotation marks is tried whole as well: a path may have spaces.
        candidates = SEPARATORS.split(piece) + QUOTED.findall(piece)
        yield from (word for candidate in candidates if (word := candidate.strip(EDGES)))


def _strings_of_json(text: str) -> list[str]:
    try:
        open_values = [json.loads(text)]
    except (ValueError, RecursionError):
        return [text]
    strings = []
    while open_values:  # Not recursive: the depth is the sender's choice.
        value = open_values.pop()
        if isinstance(value, dict | list):
            open_values += reversed(list(value.values()) if isinstance(value, dict) else value)
        elif isinstance(value, str):
            # JSON can spell half a surrogate pair, which neither UTF-8 nor PostgreSQL can hold.
            strings.append(value.encode("utf-8", "replace").decode())
    return strings


def guess_address(word: str) -> Guess | None:
    return (word, IPS, "") if _is_network(word) else None


def guess_hash(word: str) -> Guess | None:
    name, bar, digest = word.rpartition("|")
    types: tuple[str, ...] = ()
    if HEXADECIMAL.fullmatch(digest):
        types = HASH_BY_LENGTH.get(len(digest), ())
    elif match := SSDEEP.fullmatch(digest):
        # ssdeep's block sizes are 3 times a power of two, so 12:30:45 stays a time.
        doubled, rest = divmod(int(match[1][:12]), 3)
        types = ("ssdeep",) if rest == 0 and doubled > 0 and doubled & (doubled - 1) == 0 else ()
    if bar:
        types = tuple(named for kind in types if (named := f"filename|{kind}") in COMPOSITE_TYPES)
        return (word, types, "") if name and types else None
    if types and BITCOIN.fullmatch(word):  # 32 hexadecimal digits may also be an address of Bitcoin.
        types = (*types, "btc")
    return (word, types, "") if types else None


def guess_address_and_port(word: str) -> Guess | None:
    match = WITH_PORT.fullmatch(word)
    if match is None or not _is_network(host := match["host"].strip("[]")):
        return None
    return f"{host}|{match['port']}", IP_PORTS, f"On port {match['port']}"


def guess_composed_with_port(word: str) -> Guess | None:
    match = COMPOSED.fullmatch(word)
    if match is None:
        return None
    if _is_network(match["host"]):
        return word, IP_PORTS, ""
    return (word, ("hostname|port",), "") if _is_domain(match["host"]) else None


def guess_domain(word: str) -> Guess | None:
    match = WITH_PORT.fullmatch(word)
    host, comment = (match["host"], f"On port {match['port']}") if match else (word, "")
    if not _is_domain(host):
        return None
    if host.lower().endswith(".onion"):
        return host, ("onion-address", "hostname"), comment
    if host.count(".") > 1:
        return host, ("hostname", "domain", "url", "filename"), comment
    return host, ("domain", "filename"), comment


def guess_url(word: str) -> Guess | None:
    match = URL.fullmatch(word)
    if match is None or not (match["scheme"] or match["path"]):
        return None
    host = match["host"]
    is_known = _is_domain(host) or _is_network(host)
    if not is_known and not (match["scheme"] and "." in host):
        return None
    # A security company's page is what the text refers to, and not an address to block.
    if (match["scheme"] or "").lower() == "https":
        labels = host.lower().split(".")
        vendors = _packaged_list("security-provider-blogpost")
        if any(".".join(labels[start:]) in vendors for start in range(len(labels) - 1)):
            return word, ("link",), ""
    return word, ("url",), ""


def guess_path(word: str) -> Guess | None:
    if REGISTRY_KEY.match(word):
        return word, ("regkey",), ""
    if "\\" in word or FILE_EXTENSION.fullmatch(word):
        return word, ("filename",), ""
    return None


def _matches(pattern: re.Pattern[str], types: tuple[str, ...]) -> Callable[[str], Guess | None]:
    return lambda word: (word, types, "") if pattern.fullmatch(word) else None


# The first test that recognises a word wins, so the stricter forms come first.
TESTS: tuple[Callable[[str], Guess | None], ...] = (
    guess_address,
    guess_hash,
    lambda word: (word, EMAILS, "") if "://" not in word and EMAIL.fullmatch(word) else None,
    guess_address_and_port,
    guess_composed_with_port,
    lambda word: guess_address(word[1:-1]) if word.startswith("[") and word.endswith("]") else None,
    guess_domain,
    guess_url,
    guess_path,
    _matches(CVE, ("vulnerability",)),
    _matches(PHONE, PHONES),
    _matches(AUTONOMOUS_SYSTEM, ("AS",)),
    _matches(BITCOIN, ("btc",)),
)


def _is_network(text: str) -> bool:
    # ip_network takes a bare number for an address, and this is far cheaper for ordinary words.
    if len(text) < 3 or (":" not in text and text.count(".") != 3):
        return False
    try:
        if "/" in text:
            ip_network(text, strict=False)
            return True
        return bool(IPv6Address(text)) if ":" in text else validate("ip-dst", text) is None
    except ValueError:
        return False


def _is_domain(host: str) -> bool:
    name = normalise("domain", host)
    top_level = name.rpartition(".")[2]
    # The list is IANA's, where .onion is reserved and not delegated.
    return validate("domain", name) is None and (top_level == "onion" or top_level in _packaged_list("tlds"))


@cache
def _packaged_list(name: str) -> frozenset[str]:
    file = data_file("pymispwarninglists", f"{WARNINGLISTS}/{name}/list.json")
    return frozenset(entry.lower().strip(".") for entry in json.loads(file.read_bytes())["list"])
