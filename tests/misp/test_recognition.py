"""What a person's text contains: columns of tables, and the hashes of one file."""

from __future__ import annotations

import pytest

from vardkase.misp.recognition import recognise

MD5, SHA1, SHA256 = "a" * 31 + "1", "b" * 39 + "1", "c" * 63 + "1"
OTHER_MD5, OTHER_SHA1, OTHER_SHA256 = MD5[:-1] + "2", SHA1[:-1] + "2", SHA256[:-1] + "2"
LISTED = f"MD5: {MD5}\nSHA1: {SHA1}\nSHA-256: {SHA256}"
CSV = f"""File name;MD5;SHA256;Storlek;Kommentar;Avsändare
faktura.exe;{MD5};{SHA256};12 345;Loader, first stage;lon[at]evil[.]example
brev.docm;{OTHER_MD5};;;;
"""
OF_MISP = """uuid,event_id,category,type,value,comment,to_ids,date
1,2,Payload delivery,domain,evil.example,Fake shop,0,20261129
1,2,Network activity,user-agent,Mozilla/5.0 bad,,1,20261129
1,2,External analysis,FileHash-MD5,{},,1,20261129
"""


def kinds(text: str) -> dict[str, str]:
    return {value.value: value.type for value in recognise(text).values}


def files(text: str) -> list[dict[str, str]]:
    return [group.values for group in recognise(text).files]


def test_columns_say_what_their_values_are() -> None:
    found = recognise(CSV)
    assert kinds(CSV) == {
        "faktura.exe": "filename", MD5: "md5", SHA256: "sha256", "lon@evil.example": "email-src",
        "brev.docm": "filename", OTHER_MD5: "md5",
    }  # fmt: skip
    assert {value.comment for value in found.values} == {"Loader, first stage", ""}
    assert files(CSV) == [
        {"filename": "faktura.exe", "md5": MD5, "sha256": SHA256},
        {"filename": "brev.docm", "md5": OTHER_MD5},
    ]
    assert [group.size for group in found.files] == [12345, 0]


def test_csv_as_misp_writes_it_keeps_type_category_comment_and_detection() -> None:
    domain, agent, digest = recognise(OF_MISP.format(MD5)).values
    assert (domain.type, domain.category, domain.to_ids) == ("domain", "Payload delivery", False)
    assert domain.comment == "Fake shop"
    assert (agent.value, agent.type, agent.to_ids) == ("Mozilla/5.0 bad", "user-agent", True)
    assert digest.type == "md5"


def test_table_in_a_report_and_the_text_around_it() -> None:
    text = f"Seen at 198.51.100.7\n\n| Filename | SHA256 |\n|---|---|\n| a b.exe | {SHA256} |\n\nEnd"
    assert kinds(text) == {"a b.exe": "filename", SHA256: "sha256", "198.51.100.7": "ip-dst"}
    assert recognise(text).prose.split() == ["Seen", "at", "198.51.100.7", "End"]
    assert files(text) == [{"filename": "a b.exe", "sha256": SHA256}]


def test_sentence_is_no_header() -> None:
    assert kinds("The domain, and comment\nevil[.]example was seen") == {"evil.example": "domain"}
    assert kinds(f"value,number\n{MD5}") == {MD5: "md5"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"invoice.docm {MD5} {SHA256}", [{"filename": "invoice.docm", "md5": MD5, "sha256": SHA256}]),
        (f"loader.exe\n{LISTED}\nSize: 1,024 bytes",
         [{"filename": "loader.exe", "md5": MD5, "sha1": SHA1, "sha256": SHA256}]),
        # An archive whose ending is a top-level domain as well.
        (f"{SHA256}  samples.zip", [{"filename": "samples.zip", "sha256": SHA256}]),
        (f"{LISTED}\nMD5: {OTHER_MD5}\nSHA1: {OTHER_SHA1}\nSHA-256: {OTHER_SHA256}",
         [{"md5": MD5, "sha1": SHA1, "sha256": SHA256},
          {"md5": OTHER_MD5, "sha1": OTHER_SHA1, "sha256": OTHER_SHA256}]),
        (f"{MD5} {SHA1}\n{OTHER_MD5} {OTHER_SHA1}",
         [{"md5": MD5, "sha1": SHA1}, {"md5": OTHER_MD5, "sha1": OTHER_SHA1}]),
        # Lists of one kind after another do not say which belong together.
        (f"{MD5}\n{OTHER_MD5}\n{SHA256}\n{OTHER_SHA256}", []),
        (f"{MD5} {OTHER_MD5}", []),
        (f"{MD5}\n\n{SHA256}", []),
        (f"The domain evil.com, {SHA256}", []),
    ],
)  # fmt: skip
def test_hashes_of_one_file(text: str, expected: list[dict[str, str]]) -> None:
    assert files(text) == expected


def test_size_of_a_file_is_whole_bytes() -> None:
    assert [recognise(f"a.exe {MD5} {size}").files[0].size for size in ("1,024 bytes", "size: 77", "3 MB")] == [
        1024, 77, 0,
    ]  # fmt: skip
