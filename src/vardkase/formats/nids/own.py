"""User-written rules: attributes of type snort, with our SIDs and messages."""

from __future__ import annotations

import re

from vardkase.formats.nids.rule import in_message

RULE = re.compile(r"(alert|log|drop|reject|sdrop|block)\s+([^()\";]+?)\s*\((.*)\)", re.DOTALL | re.ASCII)
"""Rules that detect. One that lets traffic pass unseen must not come from elsewhere."""

OPTION = re.compile(
    r'\s*([A-Za-z][\w.-]*)\s*(?::((?:[^";\\]|\\.|"(?:[^"\\]|\\.)*")*))?;', re.DOTALL | re.ASCII
)
QUOTED = re.compile(r'\s*"(.*)"\s*', re.DOTALL)


def taken_over(text: str, message: str, sid: int, reference: str) -> str | None:
    """The rule on one line, with `message` before its own; None if it is not a rule."""
    parts = RULE.fullmatch(" ".join(text.split()))
    options = _options(parts[3]) if parts else None
    if not parts or options is None:
        return None
    ours = {
        "msg": f' "{message}{in_message(_own_message(options))}"',
        "sid": str(sid),
        "rev": "1",
        "classtype": "trojan-activity",
        "reference": f"url,{reference}",
    }
    kept = "".join(f"{_option(name, ours.pop(name, value))} " for name, value in options)
    return f"{parts[1]} {parts[2]} ({kept}{''.join(_option(*each) for each in ours.items())})"


def _options(text: str) -> list[tuple[str, str | None]] | None:
    found: list[tuple[str, str | None]] = []
    place = 0
    while place < len(text.rstrip()):
        match = OPTION.match(text, place)
        if match is None:
            return None
        found.append((match[1], match[2]))
        place = match.end()
    numbers = [name for name, _ in found]
    return found if found and not any(numbers.count(name) > 1 for name in ("msg", "sid", "rev")) else None


def _own_message(options: list[tuple[str, str | None]]) -> str:
    given = next((value or "" for name, value in options if name == "msg"), "")
    match = QUOTED.fullmatch(given)
    return match[1] if match else given


def _option(name: str, value: str | None) -> str:
    return f"{name};" if value is None else f"{name}:{value};"
