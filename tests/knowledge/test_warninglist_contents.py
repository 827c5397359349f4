"""The entries of disabled packaged lists stay in their package, and nobody notices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from tests.web.accounts import signed_in
from vardkase.core.errors import Conflict
from vardkase.knowledge.sources.files import repository
from vardkase.knowledge.warninglists import loader, packaged, packed, queries
from vardkase.knowledge.warninglists.matching import check_values
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.knowledge.warninglists.services import import_warninglist, set_enabled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

LISTS: dict[str, list[str] | dict[str, str]] = {
    "string": {"Exact.Case": "as written", "other": ""},
    "hostname": [f"host{n}.example" for n in range(120)] + [".bmw.de"],
    "cidr": ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "nonsense"],
    "substring": ["0815.ru"],
    "regex": ["/(unclosed/", "/^(abuse|noc)\\@.*$/i"],
}
VALUES = [
    *(
        "Exact.Case",
        "exact.case",
        "https://www.BMW.de/x",
        "bmw.de.evil.example",
        "10.1.2.3|443",
        "10.2.0.0/16",
    ),
    *("0.0.0.0/0", "2001:db8::1", "nonsense", "somebody@0815.RU", "ABUSE@host7.example", ""),
]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.VARDKASE_KNOWLEDGE_DIR = str(tmp_path)
    for kind in LISTS:
        package(tmp_path, kind)
    loader.load()
    return tmp_path / "misp-warninglists"


def package(folder: Path, kind: str, version: int = 1) -> None:
    path = folder / f"misp-warninglists/lists/{kind}/list.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"name": kind, "type": kind, "version": version, "list": LISTS[kind]}))


def seen(key: str) -> dict[str, Any]:
    """What a client and a tester of values are told of all lists, without the numbers of entries."""
    told: dict[str, Any] = {"checked": check_values(VALUES, every=True)}
    for pk, name in Warninglist.objects.values_list("pk", "name"):
        view = call(key, "GET", f"/warninglists/view/{pk}")[1]["Warninglist"]
        entries = view.pop("WarninglistEntry")
        assert len({each.pop("id") for each in entries}) == len(entries)
        del view["enabled"]
        told[name] = [view, entries, call(key, "GET", f"/warninglists/export/{pk}")[1]]
    index = call(key, "GET", "/warninglists")[1]["Warninglists"]
    told["counts"] = sorted(each["Warninglist"]["warninglist_entry_count"] for each in index)
    for hits in told["checked"].values():
        hits[:] = [(hit.name, hit.category, hit.matched) for hit in hits]
    return told


def test_disabled_lists_answer_from_their_package(folder: Path, seed: Seed) -> None:
    assert not WarninglistEntry.objects.exists()
    before = seen(seed.site_admin.key)
    assert len(before["checked"]) == 7
    assert before["counts"] == ["1", "121", "2", "2", "4"]
    actor = seed.site_admin.actor
    assert set_enabled(actor, names=[*LISTS], enabled=True) == len(LISTS)
    assert WarninglistEntry.objects.count() == 130
    assert seen(seed.site_admin.key) == before
    assert check_values(VALUES) == check_values(VALUES, every=True)
    set_enabled(actor, names=["hostname", "cidr"], enabled=False)
    assert WarninglistEntry.objects.count() == 5
    assert seen(seed.site_admin.key) == before


def test_list_in_its_package_is_read_page_by_page(folder: Path, seed: Seed) -> None:
    address = reverse("warninglist", args=[Warninglist.objects.get(name="hostname").pk])
    client = signed_in(seed.reader.user)
    pages = [client.get(address).context]
    while pages[-1]["older"]:
        pages.append(client.get(address + pages[-1]["older"]).context)
    assert [row.value for page in pages for row in page["rows"]] == LISTS["hostname"]
    back = client.get(address + pages[-1]["newer"]).context
    assert [row.value for row in back["rows"]] == [row.value for row in pages[-2]["rows"]]
    found = client.get(f"{address}?q=HOST7&rows=15").context
    assert [row.value for row in found["rows"]] == [
        "host7.example",
        *(f"host7{n}.example" for n in range(10)),
    ]
    assert not client.get(f"{address}?before=0,0").context["rows"]


def test_list_without_its_package(folder: Path, seed: Seed) -> None:
    (folder / "lists/string/list.json").unlink()
    listed = Warninglist.objects.get(name="string")
    address = reverse("warninglist", args=[listed.pk])
    page = signed_in(seed.site_admin.user).get(address, headers={"accept-language": "en"})
    assert "are not on this machine" in page.content.decode()
    with pytest.raises(Conflict, match="pymispwarninglists"):
        set_enabled(seed.site_admin.actor, names=["cidr", "string"], enabled=True)
    assert not Warninglist.objects.filter(enabled=True).exists()
    view = call(seed.site_admin.key, "GET", f"/warninglists/view/{listed.pk}")[1]
    assert view["Warninglist"]["WarninglistEntry"] == []


def test_newer_package_is_taken_when_its_list_is_enabled(folder: Path, seed: Seed) -> None:
    (folder / "lists/substring/list.json").unlink()
    (folder / "lists/substring").rmdir()
    package(folder.parent, "substring", version=2)
    set_enabled(seed.site_admin.actor, names=["substring"], enabled=True)
    assert Warninglist.objects.get(name="substring").version == 2


def test_earlier_hub_gives_back_what_it_stored(folder: Path, seed: Seed) -> None:
    for kind, values in LISTS.items():
        Warninglist.objects.filter(name=kind).delete()
        store(WarninglistFile(name=kind, type=kind, version=1, values=values))
    store(WarninglistFile(name="Gone", type="string", version=1, values=["of no package"]))
    set_enabled(seed.site_admin.actor, names=["cidr"], enabled=True)
    # Somebody's own entries under the name and version of a packaged list.
    own = {"name": "regex", "type": "regex", "version": 1, "description": "Ours", "list": ["^ours$"]}
    import_warninglist(seed.site_admin.actor, own)
    loader.load()
    kept = WarninglistEntry.objects.order_by("pk").values_list("warninglist__name", flat=True).distinct()
    assert set(kept) == {"cidr", "Gone", "regex"}
    assert loader.release_disabled() == 0


def test_lists_enabled_by_a_move_are_stored(folder: Path) -> None:
    Warninglist.objects.filter(name="cidr").update(enabled=True)
    loader.store_enabled()
    assert [hit.name for hit in check_values(["10.1.2.3"])["10.1.2.3"]] == ["cidr"]


def test_packages_are_small_in_the_database() -> None:
    """Of 2.5 million entries, a new hub stores those of the lists that it enables at first."""
    heads = repository("misp-warninglists") / "lists"
    stored = sum(
        len(json.loads((heads / name / "list.json").read_bytes())["list"]) for name in loader.ENABLED_AT_FIRST
    )
    assert stored < 200_000


def test_pages_of_a_list_in_its_package_read_it_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways and with a search, as if the entries were rows; whoever looks again costs no reading of the file."""
    values = {f"Straße{number}": "Även Ö" if number % 3 == 0 else None for number in range(40)} | {
        "plain": "note"
    }
    entries = packed.PackedEntries(values.items())
    rows = list(enumerate(values.items(), start=1))
    assert list(entries.all()) == rows
    for text in ("", "STRASSE1", "även ö", "PLAIN", "nowhere", "\x1f"):
        matching = [
            number
            for number, (value, comment) in rows
            if text.upper() in value.upper() or (comment and text.upper() in comment.upper())
        ]
        if text == "\x1f":
            matching = list(entries.after(0, text))  # No entry has it, and nothing breaks.
        for start in (0, 1, 7, 40, 41, 42, 10**17):
            assert list(entries.after(start, text)) == [each for each in matching if each > start]
            assert list(entries.before(start, text)) == [each for each in matching[::-1] if each < start]
    assert (entries.has_comments, packed.PackedEntries([("a", None)]).has_comments) == (True, False)
    nothing = packed.PackedEntries([])
    assert [list(nothing.all()), list(nothing.after(0, "")), list(nothing.before(9, "x"))] == [[], [], []]

    packed._packed.cache_clear()
    read = []
    taken = packaged.packaged_list
    monkeypatch.setattr(packed, "packaged_list", lambda name: read.append(name) or taken(name))
    warninglist = Warninglist.objects.get(name="hostname")
    page = queries.entry_page(warninglist, "", None, 50)
    again = queries.entry_page(warninglist, "host11", page.after, 50)
    assert [each.value for each in again.rows] == [f"host{number}.example" for number in range(110, 120)]
    assert [each.pk for each in queries.entry_page(warninglist, "", again.before, 50).rows] == list(
        range(61, 111)
    )
    assert read == ["hostname"]
