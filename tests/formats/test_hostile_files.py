"""Files that are made to stop the programs that read them: they are described by what can be read of them."""

from __future__ import annotations

import struct

import msgspec
import pytest

from tests.factories.executables import overlapping_sections
from vardkase.formats.incoming import file_object_program as program
from vardkase.formats.incoming.file_objects import objects_of_file
from vardkase.formats.incoming.mail import read_mail

MACHINE = 68
"""Offset of the machine type in the program of `overlapping_sections`."""


def values(of: dict[str, object]) -> dict[str, str]:
    attributes = of["Attribute"]
    assert isinstance(attributes, list)
    return {each["object_relation"]: each["value"] for each in attributes}


def test_program_for_an_unknown_machine_is_described_all_the_same() -> None:
    content = bytearray(overlapping_sections(2))
    struct.pack_into("<H", content, MACHINE, 0x7777)
    file, pe, *sections = objects_of_file("odd.exe", bytes(content))
    assert (file["name"], pe["name"], len(sections)) == ("file", "pe", 2)
    assert values(pe)["machine-type"] == str(0x7777)
    assert "ssdeep" in values(file)


def test_fuzzy_hash_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "FUZZY_SECONDS", 0.05)
    (file,) = program._objects("zeros.bin", bytes(program.MOST_FUZZY))
    assert "ssdeep" not in values(file)
    assert "sha256" in values(file)


@pytest.mark.parametrize("hostile", ["(" * 20_000, "(" * 800 + ")" * 800, '"' * 20_001, "a." * 10_000])
def test_header_of_a_mail_does_not_stop_its_reader(hostile: str) -> None:
    mail = f"From: a@b.example\nTo: {hostile}\nSubject: {hostile}\nMessage-ID: <{hostile}@x>\n\nHello"
    read = msgspec.json.decode(b"".join(read_mail(mail.encode())))
    assert read["text"] == "Hello"
    assert ["from", "a@b.example"] in read["fields"]
    assert max(len(value) for _relation, value in read["fields"]) <= 2_000
