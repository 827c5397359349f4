"""Release copies: what is masked or withheld does not exist in them, whatever is tried."""

from __future__ import annotations

import base64
import bz2
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any
from urllib.parse import quote_plus

import pypdf
import pytest

from tests.support.pdf_readers import characters_of_fonts, texts_in
from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.public_records.release.copying import Head, ReleaseCopy, copy
from vardkase.hub.public_records.release.items import Decision, Field, File, Item, Span
from vardkase.hub.public_records.release.masking import hidden_texts
from vardkase.hub.public_records.release.remaining import encodings, remains, remains_in

HEAD = Head("Exempelstads kommun", "U-2026-7", date(2026, 11, 30))
GROUND = "18 kap. 8 § OSL"
LETTERS = "abcdefghijkmnopqrstuvwxyzåäöéøßαβγжщ中文ABCDEFGHÅÄÖ0123456789-/@.&%\\()<>"


def word(random: Random) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.randint(9, 24)))


def archive(*texts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as files:
        for number, text in enumerate(texts):
            files.writestr(f"{number}.txt", text)
    return made.getvalue()


def corpus(random: Random) -> list[Item]:
    """Events with every kind of item, a third of them masked somewhere, a third withheld; every word is unique."""
    items = []
    for number in range(2):
        event = f"event:{number}"
        items.append(decided(random, Item(event, "event", fields(random, "title", "publisher"))))
        for kind, names in (
            ("tag", ("name",)),
            ("report", ("name", "text")),
            ("attribute", ("category", "type", "value", "comment")),
            ("object", ("name", "description", "comment")),
        ):
            for part in range(4):
                key = f"{event}:{kind}:{part}"
                file = File(f"{word(random)}.zip", archive(word(random))) if kind == "attribute" else None
                items.append(decided(random, Item(key, kind, fields(random, *names), event, file)))
                if kind == "object":
                    inner = Item(f"{key}:inner", "attribute", fields(random, "type", "value"), key)
                    items.append(decided(random, inner))
    return items


def fields(random: Random, *names: str) -> tuple[Field, ...]:
    return tuple(Field(name, " ".join(word(random) for _ in range(random.randint(1, 6)))) for name in names)


def decided(random: Random, item: Item) -> Item:
    match random.randint(0, 2):
        case 0:
            return item
        case 1:
            return replace(item, decision=Decision("withhold", (GROUND,)))
    spans = [
        Span(field.name, *match.span(), GROUND)
        for field in item.fields
        for match in re.finditer(r"\S+", field.text)
        if random.random() < 0.4
    ]
    return replace(item, decision=Decision("mask", (GROUND,), tuple(spans)))


def extracts(made: ReleaseCopy) -> Iterator[bytes]:
    """Everything that a reader of the two files could get out of them."""
    yield from texts_in(made.pdf)
    yield made.json
    for text in walk(json.loads(made.json)):
        yield text.encode()
        try:
            content = base64.b64decode(text, validate=True)
        except ValueError:
            continue
        yield content
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                for name in inner.namelist():
                    yield name.encode()
                    yield inner.read(name)


def walk(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
    else:
        yield str(value)


def test_no_extractor_finds_what_is_masked_or_withheld() -> None:
    items = [*corpus(Random(14)), attribute("sköld Щит", outcome="mask", grounds=(GROUND,))]
    made = copy(HEAD, items)
    hidden = [text for _item, _name, text in hidden_texts(items)]
    hidden += [
        base64.b64encode(item.file.content).decode()
        for item in items
        if item.file and item.decision.outcome != "release"
    ]
    # Each word of a masked part too, and as text is broken at the end of lines.
    words = {piece for text in hidden for piece in text.split() if len(piece) >= 9}
    assert len(words) > 80
    everything = b"\0".join(extracts(made))
    joined = re.sub(rb"\s+|\xe2\x80\x8b", b"", everything)
    for one in words:
        for form in encodings(one):
            assert len(form) < 6 or form not in everything, one
            assert len(form) < 6 or form not in joined, one
    # The fonts have no character that only hidden texts have.
    can_write = characters_of_fonts(made.pdf)
    shown = "\0".join(walk(json.loads(made.json)))
    assert {"a", "e"} <= can_write
    only_hidden = set("".join(hidden)) - set(shown)
    assert "Щ" in only_hidden
    assert not only_hidden & can_write
    released = [field.text for item in items if item.decision.outcome == "release" for field in item.fields]
    found = [text for text in released if text in shown]
    assert len(found) > len(released) * 0.6, "what is released is there"
    assert made.pages == len(pypdf.PdfReader(io.BytesIO(made.pdf)).pages)


def attribute(value: str, key: str = "attribute:1", **decision: Any) -> Item:
    made = Decision(**decision) if decision else Decision()
    return Item(key, "attribute", (Field("type", "text"), Field("value", value)), "event:1", decision=made)


EVENT = Item("event:1", "event", (Field("title", "Nätfiske"),))


def test_copy_is_the_same_whatever_is_hidden() -> None:
    def made(value: str, *withheld: str) -> bytes:
        hidden = [
            attribute(one, f"attribute:w{n}", outcome="withhold", grounds=(GROUND,))
            for n, one in enumerate(withheld)
        ]
        start = value.index(":") + 2
        masked = attribute(value, outcome="mask", spans=(Span("value", start, len(value), GROUND),))
        return copy(HEAD, [EVENT, *hidden, masked, attribute("öppet", "attribute:2")]).json

    short = made("Namn: Bo", "a")
    assert short == made("Namn: Anna Maria Ek-Berggren", "zzzz", "something else")
    assert b'{"masked": "' + GROUND.encode() + b'"}' in re.sub(rb"\n *", b"", short)
    assert b"Bo" not in short
    nothing = copy(HEAD, [replace(EVENT, decision=Decision("withhold", (GROUND,)))])
    assert json.loads(nothing.json)["events"] == []


def test_neighbouring_masks_are_one_and_letters_go_whole() -> None:
    text = "Anna Maria Ek såg A\u030asa"
    spans = (
        Span("value", 0, 4, "A"),
        Span("value", 5, 10, "A"),
        Span("value", 11, 13, "B"),
        Span("value", 18, 19, "A"),
    )
    made = json.loads(copy(HEAD, [EVENT, attribute(text, outcome="mask", spans=spans)]).json)
    assert made["events"][0]["attributes"][0]["value"] == [
        {"masked": "A; B"}, {"text": " såg "}, {"masked": "A"}, {"text": "sa"},
    ]  # fmt: skip
    for wrong in (Span("value", 2, 99), Span("value", 3, 3), Span("nowhere", 0, 1)):
        with pytest.raises(Invalid):
            copy(HEAD, [EVENT, attribute(text, outcome="mask", spans=(wrong,))])
    everything = json.loads(copy(HEAD, [EVENT, attribute(text, outcome="mask", grounds=("A",))]).json)
    assert everything["events"][0]["attributes"][0] == {"type": [{"masked": "A"}], "value": [{"masked": "A"}]}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "se EVIL.example/login",
        "hxxp://evil[.]example/login",
        base64.b64encode(b"GET evil.example/login HTTP/1.1").decode(),
        b"evil.example/login".hex(),
        "evil.example%2Flogin",
        "e\u00advil.exam\u200bple/log\u0456n",
    ],
)
def test_hidden_text_that_is_released_elsewhere_stops_the_copy(elsewhere: str) -> None:
    hidden = attribute("evil.example/login", outcome="withhold", grounds=(GROUND,))
    items = [EVENT, hidden, attribute(elsewhere, "attribute:2")]
    with pytest.raises(Conflict):
        copy(HEAD, items)
    assert [one.shown_in for one in remains(items)] == ["attribute:2"]
    assert copy(HEAD, items, accepted=True).pages == 1


NAME = "Överste Åke Hemligsson"


@pytest.mark.parametrize(
    "elsewhere",
    [
        unicodedata.normalize("NFD", NAME),
        NAME.replace(" ", "\u00a0"),
        NAME.replace(" ", "\n"),
        NAME.replace(" ", "  "),
        "https://sök.example/?q=" + quote_plus(NAME),
        json.dumps(NAME),
        NAME.replace("Ö", "&Ouml;").replace("Å", "&Aring;"),
        NAME.upper().encode(),
        NAME.encode("utf-16"),
        b"=C3=96verste =C3=85ke Hem=\nligsson",
        bz2.compress(NAME.encode()),
        base64.encodebytes(b"." * 50 + NAME.encode()),
        archive("x", "<w:t>Överste Åke </w:t></w:r><w:r><w:t>Hemligsson</w:t>"),
    ],
)
def test_hidden_text_that_is_written_otherwise_is_found(elsewhere: str | bytes) -> None:
    hidden = attribute(NAME, outcome="withhold", grounds=(GROUND,))
    shown = attribute(elsewhere if isinstance(elsewhere, str) else "fil", "attribute:2")
    if isinstance(elsewhere, bytes):
        shown = replace(shown, file=File("fil", elsewhere))
    assert [one.shown_in for one in remains([EVENT, hidden, shown])] == ["attribute:2"]
    assert remains([EVENT, hidden, attribute("Överste Åke Hedlund", "attribute:2")]) == []
    if isinstance(elsewhere, str):
        assert remains_in([EVENT, hidden], ["Bara ett namn", f"Gäller {elsewhere}."]) == [NAME]


def test_hidden_text_in_a_released_archive_stops_the_copy() -> None:
    hidden = attribute("evil.example/login", outcome="withhold", grounds=(GROUND,))
    file = File("sample.zip", archive("nothing", "open evil.example/login now"))
    with_file = replace(attribute("sample.zip", "attribute:2"), file=file)
    assert [one.shown_in for one in remains([EVENT, hidden, with_file])] == ["attribute:2"]
    masked = replace(with_file, decision=Decision("mask", (GROUND,), (Span("value", 0, 6),)))
    assert remains([EVENT, hidden, masked]) == []
    assert "file" not in json.loads(copy(HEAD, [EVENT, masked]).json)["events"][0]["attributes"][0]
