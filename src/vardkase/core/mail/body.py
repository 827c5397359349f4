"""The body of outgoing mail: as text, and as HTML without pictures or styles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Body:
    """The content of a mail, part by part. All input is plain text."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._text: list[str] = []
        self._html: list[SafeString] = []

    def heading(self, words: str) -> None:
        self._add(f"{words}\n{'=' * len(words)}", format_html("<h2>{}</h2>", words))

    def paragraph(self, words: str) -> None:
        self._add(words, format_html("<p>{}</p>", words))

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        self._add(
            "\n".join(f"{label}: {value}" for label, value in facts),
            format_html("<p>{}</p>", format_html_join(SafeString("<br>"), "<b>{}</b>: {}", facts)),
        )

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        rows = list(rows)
        top = format_html_join("", '<th align="left">{}</th>', ((cell,) for cell in head))
        lines = [format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows]
        inside = format_html_join("", "<tr>{}</tr>", ((line,) for line in (top, *lines)))
        text = "\n".join("  ".join(" ".join(cell.split()) for cell in row) for row in rows)
        self._add(text, format_html('<table cellpadding="4">{}</table>', inside))

    def link(self, words: str, url: str) -> None:
        self._add(f"{words}\n{url}", format_html('<p><a href="{}">{}</a></p>', url, words))

    def small_print(self, words: str, url: str = "") -> None:
        """Why the recipient gets the mail, and where to change that."""
        mark = f"-- \n{words}" + (f"\n{url}" if url else "")
        link = format_html(' <a href="{0}">{0}</a>', url) if url else ""
        self._add(mark, format_html("<hr><p><small>{}{}</small></p>", words, link))

    @property
    def text(self) -> str:
        return "\n\n".join(self._text) + "\n"

    @property
    def html(self) -> str:
        body = format_html_join("\n", "{}", ((part,) for part in self._html))
        return format_html(
            '<!doctype html>\n<html lang="{}"><body>\n{}\n</body></html>\n', self.language, body
        )

    def _add(self, text: str, html: SafeString) -> None:
        self._text.append(text)
        self._html.append(html)
