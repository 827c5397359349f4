"""What a copy costs: the tariff that the hub is delivered with, and an authority's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vardkase.hub.public_records.officers.models import RecordsOffice


@dataclass(frozen=True, slots=True)
class Tariff:
    """In kronor: nothing below `free_below` pages, else `first_fee` for `first_pages`, and `page_fee` for each more."""

    free_below: int
    first_pages: int
    first_fee: int
    page_fee: int

    def fee(self, pages: int) -> int:
        if pages < self.free_below:
            return 0
        return self.first_fee + max(0, pages - self.first_pages) * self.page_fee


@cache
def _packaged() -> dict[str, int | str]:
    return tomllib.loads(Path(__file__).with_name("fees.toml").read_text())


def packaged_tariff() -> dict[str, int]:
    return {name: int(_packaged()[name]) for name in ("free_below", "first_pages", "first_fee", "page_fee")}


def tariff_of(office: RecordsOffice) -> Tariff:
    return Tariff(office.free_below, office.first_pages, office.first_fee, office.page_fee)
