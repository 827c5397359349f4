"""The tamper table: whatever the owner of the database does to the audit log, verification says what and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from tests.factories.removals import SPILL, approve_removals
from tests.factories.seed import Seed
from vardkase.audit.actions import MailAction
from vardkase.audit.chain.checkpoints import close_log, document_of
from vardkase.audit.chain.digests import content_digest, link_digest
from vardkase.audit.chain.documents import lines, not_sealed, records, verify_database
from vardkase.audit.chain.keys import public_keys, rotate
from vardkase.audit.chain.models import AuditLink
from vardkase.audit.chain.sealing import Sealer
from vardkase.audit.chain.verification import Record, Verification, records_of, verify
from vardkase.audit.models import AuditEntry
from vardkase.audit.redaction import digest_left, redaction
from vardkase.audit.services import Target, record
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions.membership import MembershipAction
from vardkase.identity.audit_actions import IdentityAction

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Somebody:
    user_id: int | None = 7
    name: str = "kim@example.org"
    organisation_id: int = 1
    credential_name: str = "session"
    address: str | None = "192.0.2.1"


def write(count: int, title: str = "Åtgärd") -> None:
    for number in range(count):
        change = {"number": number, "note": ["ö", 1.5, None]}
        record(Somebody(), MailAction.MAIL_SENT, Target("mail", number, title=f"{title} {number}"), change)


@pytest.fixture
def outside() -> list[Record]:
    """A log of nine entries with checkpoints at 4, 8 and 9; those at 4 and 9 are kept outside."""
    AuditEntry.objects.all().delete()
    write(4)
    first = close_log()
    write(4)
    close_log()
    write(1)
    last = close_log()
    assert first
    assert last
    return [document_of(first), document_of(last)]


def sql(statement: str) -> None:
    cursor().execute(statement)


def entry_at(position: int) -> str:
    return f"(SELECT entry_id FROM audit_link WHERE position = {position})"


def rechain() -> None:
    # What someone who knows the code, but not the key, does after a change: compute the whole chain anew.
    previous = bytes(32)
    rows = {row["entry"]["id"]: row["entry"] for row in records() if row["kind"] == "link"}
    for link in AuditLink.objects.order_by("position"):
        content = content_digest(bytes(link.nonce or b""), rows[link.entry_id])
        previous = link_digest(previous, link.position, rows[link.entry_id], content)
        AuditLink.objects.filter(pk=link.pk).update(content=content, digest=previous)


def change_and_rechain() -> None:
    sql(f"UPDATE audit_entry SET actor_name = 'eve' WHERE id = {entry_at(3)}")
    rechain()


def cut_off(*, checkpoints: bool) -> None:
    sql("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_link WHERE position > 6)")
    sql("DELETE FROM audit_link WHERE position > 6")
    if checkpoints:
        sql("DELETE FROM audit_checkpoint WHERE position > 6")


def insert_among() -> None:
    sql(
        "INSERT INTO audit_entry (id, created, action, actor_name, credential, target_kind, title, change) "
        f"SELECT {entry_at(1)} - 1, now() - interval '1 hour', 'mail.sent', 'eve', 'session', 'mail', '', '{{}}'"
    )


def swap() -> None:
    sql(
        "UPDATE audit_entry e SET title = o.title, change = o.change, target_id = o.target_id FROM audit_entry o "
        f"WHERE e.id = {entry_at(2)} AND o.id = {entry_at(3)}"
    )


def swap_links() -> None:
    sql("UPDATE audit_link SET position = -position WHERE position IN (2, 3)")
    sql("UPDATE audit_link SET position = 5 + position WHERE position < 0")


def older_state() -> None:
    # The hub as it was at the first checkpoint, and what was done since.
    cut_off(checkpoints=True)
    sql("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_link WHERE position > 4)")
    sql("DELETE FROM audit_link WHERE position > 4")
    sql("DELETE FROM audit_checkpoint WHERE position > 4")


def older_state_grown() -> None:
    older_state()
    write(9, "Annat")
    close_log()


TAMPERED: dict[str, tuple[Callable[[], None], str, bool]] = {
    "title edited": (
        lambda: sql(f"UPDATE audit_entry SET title = 'x' WHERE id = {entry_at(3)}"),
        "(position 3): its title or details were changed",
        False,
    ),
    "who edited": (
        lambda: sql(f"UPDATE audit_entry SET actor_name = 'eve' WHERE id = {entry_at(3)}"),
        "(position 3): who, what or when was changed",
        False,
    ),
    "emptied without a record": (
        lambda: sql(
            f"UPDATE audit_entry SET title = '' WHERE id = {entry_at(3)}; "
            "UPDATE audit_link SET nonce = NULL WHERE position = 3"
        ),
        "(position 3) lost its content, and no entry says",
        False,
    ),
    "edited and everything computed anew": (
        change_and_rechain,
        "The log up to position 4 is not the one that was signed",
        False,
    ),
    "entry deleted": (
        lambda: sql(f"DELETE FROM audit_entry WHERE id = {entry_at(5)}"),
        "(position 5) was deleted",
        False,
    ),
    "entry and link deleted": (
        lambda: sql(
            f"DELETE FROM audit_entry WHERE id = {entry_at(5)}; DELETE FROM audit_link WHERE position = 5"
        ),
        "Positions 5 to 5 are missing",
        False,
    ),
    "beginning deleted": (
        lambda: sql("DELETE FROM audit_link WHERE position < 3"),
        "Positions 1 to 2 are missing, and no archive has them",
        False,
    ),
    "entries exchanged": (swap, "(position 2): its title or details were changed", False),
    "links exchanged": (swap_links, "(position 2): who, what or when was changed, or the chain", False),
    "end cut off": (
        lambda: cut_off(checkpoints=False),
        "The log ends at position 6, but the checkpoint of",
        False,
    ),
    "entry inserted": (insert_among, "is not in the chain, although later entries are", False),
    "signature made up": (
        lambda: sql("UPDATE audit_checkpoint SET digest = upper(digest) WHERE position = 8"),
        "The checkpoint at position 8",
        False,
    ),
    "end and its checkpoints cut off": (
        lambda: cut_off(checkpoints=True),
        "the database was restored to an older state",
        True,
    ),
    "older database restored": (older_state, "the database was restored to an older state", True),
    "older database restored, and used since": (
        older_state_grown,
        "The log up to position 9 is not the one whose checkpoint of",
        True,
    ),
    "another key": (
        lambda: (change_and_rechain(), forge())[0],  # type: ignore[func-returns-value]
        "is not signed by a key of this hub",
        True,
    ),
}
"""What is done, what verification says, and whether that takes checkpoints and keys from outside."""


def forge() -> None:
    # A new key, and every checkpoint signed with it.
    sql("DELETE FROM audit_key; DELETE FROM audit_checkpoint")
    write(1)
    close_log()


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found(how: str, outside: list[Record]) -> None:
    keys = tuple(public_keys().values())
    assert verify_database(trusted=keys, outside=tuple(outside)).intact
    tamper, said, needs_outside = TAMPERED[how]
    tamper()
    online = verify_database()
    from_file = verify(records_of(line.decode() for line in lines()))
    if needs_outside:
        assert online.intact
        assert from_file.intact
        online = verify_database(trusted=keys, outside=tuple(outside))
        from_file = verify(
            records_of(line.decode() for line in lines()), trusted=keys, outside=tuple(outside)
        )
    assert said in texts(online)
    if how != "entry inserted":  # Only links are exported.
        assert said in texts(from_file)


def link_at(file: list[Record], position: int) -> dict[str, Any]:
    return next(dict(each) for each in file if each["kind"] == "link" and each["position"] == position)


def texts(verification: Verification) -> str:
    return "\n".join(finding.wire for finding in verification.findings)


def test_log_verifies_over_lawful_removal_rotation_and_late_commits(
    seed: Seed, outside: list[Record]
) -> None:
    approve_removals(seed)
    cursor().execute(redaction("title = 'Åtgärd 1'", title="''", removed=f"'{SPILL}'"))
    rotate()
    Sealer().seal()
    write(3, "Senare")
    assert not_sealed() == 3
    # An entry whose transaction began earlier is committed after higher numbers have been sealed.
    sealer = Sealer()
    assert sealer.seal() == 3
    sql(
        "INSERT INTO audit_entry (id, created, action, actor_name, credential, target_kind, title, change) "
        f"VALUES ({AuditEntry.objects.order_by('pk')[0].pk} - 1, now(), 'mail.sent', '', 'job', 'mail', '', '{{}}')"
    )
    assert sealer.seal() == 1
    assert close_log() is not None
    keys = list(public_keys().values())
    assert len(keys) == 2
    result = verify_database(trusted=tuple(keys), outside=tuple(outside))
    assert (result.findings, result.emptied, result.links) == ([], 2, 14)
    # The former key alone does not vouch for what the new one signed.
    assert "is not signed by a key" in texts(verify_database(trusted=(keys[0],)))
    file = [json.loads(line) for line in lines()]
    assert "Åtgärd 1" not in str(file)
    # A part, whose later entries name what was emptied, is signed for; a file cannot say so by itself.
    part = [json.loads(line) for line in lines(1, 4)]
    assert verify(part).findings == []
    for forged in (file, part):
        for each in forged:
            if each["kind"] == "link" and each["position"] == 3:
                each["entry"] |= {"title": "Påhittat", "change": {}}
                each["nonce"] = None
        link = link_at(forged, 3)
        emptied = {**forged[-1].get("emptied", {}), str(link["entry_id"]): digest_left(link["entry"])}
        forged[-1]["emptied"] = emptied
        assert "(position 3) lost its content, and no entry says" in texts(verify(forged))
    file = [json.loads(line) for line in lines()]
    assert "The file ends at position 3 instead of 14" in texts(verify([*file[:6], file[-1]]))


def test_entries_with_an_earlier_date_are_named(outside: list[Record]) -> None:
    """An owner adds to the end what should have happened before; or the clock was wrong."""
    write(1)
    AuditEntry.objects.filter(pk=AuditEntry.objects.latest("pk").pk).update(
        created=timezone.now() - timedelta(hours=2)
    )
    close_log()
    found = verify_database()
    assert found.findings == []
    assert "(position 10) is dated" in "".join(each.wire for each in found.backdated)
    assert len(verify(records_of(line.decode() for line in lines())).backdated) == 1


def test_what_was_emptied_holds_what_the_log_says(seed: Seed, outside: list[Record]) -> None:
    approve_removals(seed)
    cursor().execute(redaction("title = 'Åtgärd 1'", fields=("note",)))
    cursor().execute(redaction("title = 'Åtgärd 2'", title="''", removed="'[retention, 2026-11-30, R-1]'"))
    cursor().execute(redaction("title = 'Åtgärd 1'", title="'2026-00012'"))
    close_log()
    assert verify_database().findings == []
    said = AuditEntry.objects.filter(action="audit.redacted").latest("pk").change
    assert (said["mark"], said["count"]) == ("2026-00012", 2)
    for forged in ("they asked for it themselves", "Norrviks kommun (forged)"):
        for given in ({"title": f"'{forged}'"}, {"removed": f"'{forged}'"}):
            with pytest.raises(DatabaseError, match="takes no such text"), transaction.atomic():
                connection.cursor().execute(redaction("title = 'Åtgärd 0'", **given))
    with pytest.raises(DatabaseError, match="takes no such text"), transaction.atomic():
        connection.cursor().execute(redaction("title = 'Åtgärd 0'", fields=("role",)))
    cursor().execute(redaction("action = 'audit.redacted'", removed="'R-1'"))
    assert AuditEntry.objects.filter(action="audit.redacted").latest("pk").change == said
    change = {"role": "admin", "reason": "x"}
    for action, title, mark in (
        (IdentityAction.USER_CREATED, "kim", "R-1"),
        (MembershipAction.MEMBERSHIP_SUSPENDED, "kim", "R-1"),
        (IdentityAction.APPROVAL_REQUEST_PROPOSED, "", SPILL),
    ):
        record(Somebody(), action, Target("x", title="kim"), change)
        cursor().execute(redaction(f"action = '{action}'", title="''", removed=f"'{mark}'"))
        entry = AuditEntry.objects.filter(action=action).get()
        assert (entry.title, entry.change) == (title, change)
    cursor().execute(redaction("action = 'membership.suspended'", fields=("reason",)))
    assert AuditEntry.objects.filter(action="membership.suspended").get().change == {"role": "admin"}
    close_log()
    assert verify_database().findings == []
    sql(f'UPDATE audit_entry SET change = \'{{"removed": "R-9"}}\' WHERE id = {entry_at(3)}')
    assert "(position 3) lost its content, and no entry says" in texts(verify_database())
