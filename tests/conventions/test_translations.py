"""Every text for people exists in Swedish."""

from __future__ import annotations

from tools import messages


def test_every_message_has_swedish() -> None:
    assert messages.messages(), "the extractor found nothing"
    assert messages.untranslated() == []


def test_extractor_reads_templates_and_code() -> None:
    found = messages.messages()
    assert (None, "Skip to content") in found, "from a template"
    assert ("threat level", "High") in found, "from code, with its context"
    assert (None, "%(done)s of %(total)s") in found, "from a block in a template"
