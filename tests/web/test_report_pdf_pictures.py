"""Pictures in the PDF of a report: printed for those who may read them, and never at the cost of the document."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.factories.event_page import bytes_of, visitor
from tests.factories.seed import Seed
from tests.web.report_case import PNG, Case
from vardkase.core import files
from vardkase.formats.report_pdf import pictures
from vardkase.intel.models import Attribute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


def test_pictures_are_printed_for_those_who_may_read_them(
    seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case(seed)
    case.publish()
    screen, page = (case.reference(name, "@!") for name in ("screen.png", "page.png"))
    path = case.written(f"{screen}\n\n{page}\n\nWithin a line: {screen}.")

    def printed(client: Client) -> tuple[int, str]:
        (sheet,) = PdfReader(BytesIO(bytes_of(client.get(f"{path}pdf/")))).pages
        resources = sheet["/Resources"]
        assert isinstance(resources, DictionaryObject)
        return len(resources.get("/XObject", {})), sheet.extract_text()

    words = "[file in the event: %s]"
    count, text = printed(case.web)
    assert count == 1
    # A file that is no picture is named, and so is one within a line.
    assert (text.count(words % "page.png"), text.count(words % "screen.png")) == (1, 1)
    # One that cannot be decoded takes nothing else with it.
    Attribute.objects.filter(value1="page.png").update(data_sha256=files.store(PNG[:40]))
    assert printed(case.web) == (count, text)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "MOST_BYTES", 10)
        count, text = printed(case.web)
        assert (count, text.count(words % "screen.png")) == (0, 2)
    Attribute.objects.filter(value1="screen.png").update(distribution=0)
    count, text = printed(visitor(seed.stranger))
    assert (count, "screen.png" in text) == (0, False)
