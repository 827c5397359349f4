"""Problems of drafts that are to be published anonymously."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class FileCleaningProblem(ProblemCode):
    """`name` is the file's, or the inner one's with its path: ``report.docx/image1.emf``."""

    ENCRYPTED = _(
        "“%(name)s” is encrypted, so its metadata cannot be removed. Add it without a password. Malware samples may be "
        "in MISP’s archive with the password “infected”."
    )
    ARCHIVE = _("“%(name)s” is an archive. Add the files in it one by one.")
    OLD_OFFICE = _(
        "“%(name)s” is in an old format of Microsoft Office, whose metadata cannot be removed. Save it as DOCX, XLSX, "
        "PPTX or PDF."
    )
    MARKUP = _(
        "“%(name)s” is a web page, an XML document or a vector image, whose metadata cannot be removed. Save it as "
        "plain text, PDF or PNG."
    )
    UNKNOWN_KIND = _(
        "The metadata of “%(name)s” cannot be removed, because the hub cannot clean files of its kind. Programs can be "
        "added as malware samples."
    )
    ACTIVE_CONTENT = _(
        "“%(name)s” contains macros, controls or embedded objects, whose metadata cannot be removed. Remove them, or "
        "save the document as PDF."
    )
    LINKED_DATA = _(
        "“%(name)s” gets data from other files or servers, and so names them. Break the links, or save it as PDF."
    )
    DYNAMIC_FORM = _(
        "“%(name)s” is a form in Adobe’s XFA format, whose metadata cannot be removed. Print it to PDF."
    )
    NESTED_TOO_DEEPLY = _("“%(name)s” is inside too many other files. Add it by itself.")
    DAMAGED = _("“%(name)s” is damaged or not what it seems to be, so its metadata cannot be removed.")
    TOO_LARGE = _(
        "“%(name)s” is too large for its metadata to be removed. A file can have at most %(most)s MB."
    )
    TOO_MUCH = _("“%(name)s” takes too long or too much memory to clean. Make it smaller.")
    NOT_BASE64 = _("The content of “%(name)s” cannot be read. Add the file again.")
    TOO_MANY = _("An anonymous publication can have at most %(most)s files.")


class SelfIdentificationProblem(ProblemCode):
    TOO_MANY_HITS = _(
        "More than %(most)s places in the event point to your organisation. Remove what names it, and check again."
    )
    NOTHING_LEFT = _("Enter something in place of “%(text)s”, or keep or remove it.")
