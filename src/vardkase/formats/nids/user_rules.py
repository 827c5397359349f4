"""User-written rules: attributes of type snort, with our SIDs and messages."""

from __future__ import annotations

import re

from vardkase.formats.nids.common_rules import in_message

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
    written = next((value or "" for name, value in options if name == "msg"), "")
    quoted = QUOTED.fullmatch(written)
    ours = {
        "msg": f' "{message}{in_message(quoted[1] if quoted else written)}"',
        "sid": str(sid),
        "rev": "1",
        "classtype": "trojan-activity",
        "reference": f"url,{reference}",
    }
    # Ours take the place of the options of the same name; those that the rule lacks come last.
    kept = "".join(f"{_option(name, ours.pop(name, value))} " for name, value in options)
    return f"{parts[1]} {parts[2]} ({kept}{''.join(_option(*option) for option in ours.items())})"


def _options(text: str) -> list[tuple[str, str | None]] | None:
    options: list[tuple[str, str | None]] = []
    position = 0
    while position < len(text.rstrip()):
        match = OPTION.match(text, position)
        if match is None:
            return None
        options.append((match[1], match[2]))
        position = match.end()
    names = [name for name, _ in options]
    # A rule that has one of ours twice would keep its second.
    return options if options and not any(names.count(name) > 1 for name in ("msg", "sid", "rev")) else None


def _option(name: str, value: str | None) -> str:
    return f"{name};" if value is None else f"{name}:{value};"
