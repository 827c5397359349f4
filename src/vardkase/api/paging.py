"""`limit` and `page`, as MISP's indexes accept them."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.api.fields import Limit, Page
from vardkase.api.inputs import Params
from vardkase.misp.flags import as_int

LARGEST = 10_000
STREAMED = 100_000
"""Rows of a list that is sent while it is made."""
LARGEST_PAGE = 2**31 - 1
"""Far beyond what any list holds; a page times a limit still fits a bigint."""


class Paging(Params, kw_only=True):
    """The page that is asked for; base of the parameters of every list."""

    limit: Limit = None
    page: Page = None

    @property
    def number(self) -> int:
        return min(max(as_int(self.page) or 1, 1), LARGEST_PAGE)

    def limit_and_offset(self, default: int) -> tuple[int, int]:
        """Of lists that are always paged; an invalid limit becomes the default."""
        limit = as_int(self.limit) or default
        limit = min(limit, LARGEST) if limit > 0 else default
        return limit, limit * (self.number - 1)

    def of(self, ids: Sequence[int], most: int) -> Sequence[int]:
        """The requested page of `ids`, `most` at a time, which is also the default page size.

        Choose `most` by the cost of one item: some megabytes per page where items are encoded whole; where they
        are streamed, as many as other instances request when they synchronise.
        """
        requested = as_int(self.limit) or 0
        limit = min(requested, most) if requested > 0 else most
        start = limit * (self.number - 1)
        return ids[start : start + limit]
