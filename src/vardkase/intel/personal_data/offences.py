"""Whether a text or a tag says of somebody that they are suspected of, or convicted of, a crime (GDPR, article 10)."""

from __future__ import annotations

import re

# Said of things (a suspected file, misstänkt trafik) the same words mean no offence of a person.
_THING_FOLLOWS = (
    r"\s+(?:skadlig|skadeprogram|fil|phishing|nätfiske|mejl|mail|e-?post|meddelande|länk|trafik|domän|ip\b|url|bilaga|intrång"
    r"|incident|attack|angrepp|malware|aktivitet|kod|server|adress|webbplats|sida|process|inloggning|sms|kampanj)"
)
_ENGLISH_THING_FOLLOWS = r"\s+(?:files?|domains?|ips?|urls?|traffic|activity|binary|samples?|emails?)\b"
_OFFENCE_WORDS = (
    # Swedish
    rf"\bmisstänk(?:t|ts|ta|te|tes)\b(?!{_THING_FOLLOWS})",
    r"\bmisstänks för\b",
    r"\bsannolika skäl",
    r"\banh(?:ållen|ållna|ölls|ållits|ållande)\b",
    r"\bgrip(?:en|na|its)\b",
    r"\bgreps\b",
    r"\bhäkta(?:d|de|des|ts|t|s|ning|tes)\b",
    r"\bdöm(?:d|da|de|des|ts|s)\b",
    r"\b(?:fällande )dom\b",
    r"\båtal(?:ad|ade|ats|as|ades|et)?\b",
    r"\blagför(?:d|da|des|ts)\b",
    r"\bbrottsmiss?t[aä]nk",
    r"\bbrottsling",
    r"\bbelastningsregist",
    r"\bmisstankeregist",
    r"\bgärningsm[aä]n",
    r"\bfängelse",
    r"\bdelgiven misstanke",
    r"\blagöverträd",
    # English
    rf"\bsuspects?\b(?!{_ENGLISH_THING_FOLLOWS})",
    r"\bsuspected of\b",
    r"\barrest(?:ed|s)?\b",
    r"\bconvict(?:ed|ion|ions|s)?\b",
    r"\bindict(?:ed|ments?)\b",
    r"\bsentenced\b",
    r"\bprosecut(?:ed|ion)\b",
    r"\bcharged with\b",
    r"\bpl(?:eaded|ed) guilty\b",
    r"\bcriminal (?:record|complaint|charges?)\b",
    r"\bextradit(?:ed|ion)\b",
    r"\bdetained\b",
    r"\bwanted (?:by|for)\b",
    r"\bperpetrator",
    # Norwegian and Danish
    r"\bsi(?:k|g)tet\b",
    r"\btiltalt\b",
    r"\bdømt\b",
    r"\bfængslet\b",
)
_OFFENCE = re.compile("|".join(_OFFENCE_WORDS), re.IGNORECASE)
_OFFENCE_TAG = re.compile(
    r"\boffen[cs]e\b|\bsuspects?\b|\bconvict(?:ed|ion)\b|\bindict(?:ed|ments?)\b|\barrest(?:ed)?\b|\bcriminal-record\b"
    r"|\bprosecut(?:ed|ion)\b|art(?:icle|ikel)?[ ._-]?10\b|misstänkt|brottsmisstank|lagöverträd|\bdömd\b|\båtalad\b"
    r"|\bhäktad\b|\banhållen\b",
    re.IGNORECASE,
)

NEAR = 300
"""Characters between personal data and a word about an offence in a longer text."""


def offence_words(text: str) -> list[int]:
    """Where the text speaks of a person's offence."""
    return [match.start() for match in _OFFENCE.finditer(text)]


def concerns_offence(start: int, end: int, words: list[int]) -> bool:
    """Whether what is from `start` to `end` stands near one of the `words` (`offence_words`)."""
    return any(start - NEAR <= word <= end + NEAR for word in words)


def is_offence_tag(name: str) -> bool:
    """Whether what carries the tag is about the offence of a person."""
    return _OFFENCE_TAG.search(name) is not None
