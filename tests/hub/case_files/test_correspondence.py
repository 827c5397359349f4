"""The correspondence register: what came in and went out, with its text, for who may read the case."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from tests.factories import make_organisation
from tests.factories.memberships import Desk, at_the_screen, make_desk
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.errors import Forbidden
from vardkase.hub.case_files.models import CaseFile, CaseKind, Direction
from vardkase.hub.case_files.register import CorrespondenceFilter, correspondence
from vardkase.hub.case_files.services import file_document
from vardkase.identity.access.actor import Actor

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def case(number: str, kind: CaseKind, **facts: object) -> CaseFile:
    given = {
        "thing_kind": kind.value,
        "thing_id": CaseFile.objects.count() + 1,
        "title": number,
        "opened_by": "x",
    }
    return CaseFile.objects.create(number=number, kind=kind, **given, **facts)


def filed(officer: Actor, file: CaseFile, direction: Direction, title: str, text: str, month: int) -> None:
    when = datetime(2026, month, 10, 12, tzinfo=UTC)
    file_document(officer, file, direction, title, text, counterpart="anna@b.example", occurred_at=when)


def test_register_is_searched_and_downloaded(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    one = case("2026-1", CaseKind.MEMBERSHIP, registry_number="MCF 77")
    web = signed_in(desk.officer)
    assert "No correspondence yet" in web.get("/cases/correspondence/", headers=ENGLISH).content.decode()
    filed(officer, one, Direction.OUTGOING, "Beslut", "Ni är <b>välkomna</b> som medlem.", 3)
    filed(officer, one, Direction.INCOMING, "Fråga", "Varför dröjer beslutet?", 2)
    filed(officer, one, Direction.INTERNAL, "Samtal", "Anna ringde om beslutet.", 2)
    # Another authority's case is for its own officers alone.
    other = case("R-1", CaseKind.PUBLIC_RECORDS, organisation=make_organisation("Annan myndighet"))
    filed(officer, other, Direction.INCOMING, "Hemlig begäran", "Om beslutet vid Annan myndighet", 2)

    def titles(**by: object) -> list[str]:
        found = correspondence(officer, CorrespondenceFilter(**by))  # type: ignore[arg-type]
        return [each.title for each in found.order_by("occurred_at")]

    assert titles() == ["Fråga", "Beslut"]
    assert titles(words="beslutet") == ["Fråga"]
    assert titles(words='"dröjer beslutet" -medlem') == ["Fråga"]
    assert titles(words="begäran") == []
    assert titles(words="'; DROP TABLE case_document; --") == []
    assert titles(counterpart="ANNA@") == ["Fråga", "Beslut"]
    assert titles(case="mcf 77", direction="outgoing") == ["Beslut"]
    assert titles(kind="public_records") == []
    assert titles(since=date(2026, 3, 10), until=date(2026, 3, 10)) == ["Beslut"]

    page = web.get(
        "/cases/correspondence/?q=v%C3%A4lkomna&since=2026-03-01", headers=ENGLISH
    ).content.decode()
    assert "Ni är &lt;b&gt;välkomna&lt;/b&gt; som medlem." in page
    assert "Fråga" not in page
    for strange in ("since=x", "until=99999-01-01", "kind=x", "direction=internal", "q=%00", "sort=x"):
        assert web.get(f"/cases/correspondence/?{strange}").status_code == 200
    answer = b"".join(web.get("/cases/correspondence/?format=csv", headers=ENGLISH)).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(answer)))
    assert [(row["Title"], row["Direction"], row["Case"]) for row in rows] == [
        ("Beslut", "Outgoing", "2026-1"), ("Fråga", "Incoming", "2026-1"),
    ]  # fmt: skip
    assert rows[1]["Text"] == "Varför dröjer beslutet?"
    assert "Hemlig" not in answer
    assert b"".join(web.get("/cases/?format=xlsx"))
    for outsider in (desk.admin, desk.operator):
        assert signed_in(outsider).get("/cases/correspondence/").status_code == 403
        with pytest.raises(Forbidden):
            correspondence(at_the_screen(outsider), CorrespondenceFilter())
