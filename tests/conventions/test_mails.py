"""Every mail goes through `core.mail.notify`, with its text in a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from vardkase.core.mail.kinds import PACKAGE, all_kinds, find


def trees(word: str) -> Iterator[tuple[Path, ast.Module]]:
    """The modules that contain a word, parsed."""
    for path in PACKAGE.rglob("*.py"):
        if word in (source := path.read_text(encoding="utf-8")):
            yield path, ast.parse(source)


def test_only_core_mail_queues_mail() -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path, tree in trees("core.mail.services")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "vardkase.core.mail.services"
        if {"queue_mail", "Mail"} & {alias.name for alias in node.names}
    }
    # Checkpoints of the audit log go to a mailbox that machines read.
    assert found == {"core/mail/encryption.py", "core/mail/notify.py", "hub/audit_log/destinations.py"}


def test_every_kind_that_is_sent_exists() -> None:
    sent = {
        (path.name, node.args[0].value)
        for path, tree in trees("notify")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith("notify")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(sent) > 20, "the search finds sent kinds"
    assert not {each for each in sent if find(str(each[1])) is None}


def test_every_kind_is_sent() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    named = set(re.findall(r'"(\w+)"', source))
    replaced = {kind.without_key for kind in all_kinds()}
    unsent = {kind.name for kind in all_kinds() if kind.name.startswith("test_")} | replaced
    assert {kind.name for kind in all_kinds()} - unsent - named == set()


def test_pages_that_say_somebody_was_mailed_say_so_only_if_mail_is_sent() -> None:
    """`say_sent` and `say_received` say what to do on a hub that sends none."""
    claims = {
        (str(path.relative_to(PACKAGE)), node.value)
        for path, tree in trees("messages.")
        if path.is_relative_to(PACKAGE / "web") and path.name != "mail_messages.py"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in ("success", "info") and ast.unparse(call.func.value) == "messages"
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r"notified|mailed|e-mail(?! address)|been told|told of it|reminder", node.value)
    }
    assert claims == set()


def test_no_mail_is_composed_in_code() -> None:
    """Subjects and texts are in files."""
    made = {
        str(path.relative_to(PACKAGE))
        for path, tree in trees("AddressedMail")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AddressedMail"
    }
    assert made == {"core/mail/composing.py"}
