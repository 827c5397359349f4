"""PDF, written anew from what its pages need. Runs inside a sandbox process."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from vardkase.core.errors import Invalid
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

MOST_OBJECTS = 300_000
DESCRIPTIONS = (
    "/Metadata", "/PieceInfo", "/LastModified", "/CreationDate", "/ModDate", "/M", "/NM", "/CreatorInfo",
)  # fmt: skip
"""XMP, data of programs, times, names of annotations: of any dictionary (ISO 32000-2, 14.3 to 14.5 and 12.5.2)."""
OF_CATALOG = ("/Perms", "/DSS", "/OutputIntents", "/Legal", "/Collection", "/SpiderInfo")
"""Signatures and their proof, the profile of a printer, where a page was fetched."""


def clean(name: str, content: bytes, clean_inside: InnerCleaner) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if len(document.objects) > MOST_OBJECTS:
                raise Invalid(FileCleaningProblem.TOO_MUCH(name=name))
            _clean(name, document, clean_inside)
            out = io.BytesIO()
            # Another id than the hash of the content would be that of the original, or tell the time.
            document.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                encryption=False,
            )
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise Invalid(FileCleaningProblem.ENCRYPTED(name=name)) from error
    except pikepdf.PdfError as error:
        raise Invalid(FileCleaningProblem.DAMAGED(name=name)) from error


def _clean(name: str, document: pikepdf.Pdf, clean_inside: InnerCleaner) -> None:
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]
    for key in OF_CATALOG:
        if key in document.Root:
            del document.Root[key]
    form = document.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise Invalid(FileCleaningProblem.DYNAMIC_FORM(name=name))
    for each in document.objects:
        for part in _dictionaries(each):
            _clean_dictionary(name, part)
        if isinstance(each, Stream):
            _clean_stream(name, document, each, clean_inside)


def _dictionaries(found: Object, depth: int = 0) -> Iterator[Object]:
    """The dictionaries that an object consists of, but for those that it only refers to."""
    if depth > 50:
        return
    if isinstance(found, (Dictionary, Stream)):
        yield found
        inner = [value for _, value in found.items()]
    elif isinstance(found, Array):
        inner = list(found)
    else:
        return
    for each in inner:
        if not getattr(each, "is_indirect", True):  # Numbers and the like are Python's own.
            yield from _dictionaries(each, depth + 1)


def _clean_dictionary(name: str, part: Object) -> None:
    for key in DESCRIPTIONS:
        _forget(part, key)
    if "/Rect" in part and part.get("/Subtype") != Name.Widget:
        _forget(part, "/T")  # Who wrote an annotation; of a widget it is the name of the field.
    if part.get("/FT") == Name.Sig:
        _forget(part, "/V")
    if "/EF" in part:
        for key in ("/Desc", "/ID", "/RF"):
            _forget(part, key)
    elif part.get("/Type") in (Name.Filespec, Name.F):
        raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))
    _forget(part, "/Params")


def _forget(part: Object, key: str) -> None:
    if key in part:
        del part[key]


def _clean_stream(name: str, document: pikepdf.Pdf, stream: Stream, clean_inside: InnerCleaner) -> None:
    if stream.get("/Type") == Name.EmbeddedFile:
        stream.write(clean_inside(_name_of_attachment(document, stream), stream.read_bytes()))
    elif stream.get("/Subtype") == Name.Image:
        _clean_picture(name, stream)


def _clean_picture(name: str, stream: Stream) -> None:
    named = stream.get("/Filter")
    filters = list(named) if isinstance(named, Array) else [named]
    if Name.JPXDecode in filters and any(mark in stream.read_raw_bytes() for mark in (b"uuid", b"xml ")):
        raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=f"{name}/JPEG 2000"))
    if Name.DCTDecode not in filters:
        return
    if len(filters) > 1:  # Packed once more: few programs do.
        raise Invalid(FileCleaningProblem.UNKNOWN_KIND(name=f"{name}/JPEG"))
    parameters = stream.get("/DecodeParms")
    stream.write(without_descriptions(stream.read_raw_bytes()), filter=Name.DCTDecode)
    if isinstance(parameters, Dictionary):  # How colours are coded, where the picture itself does not say.
        stream["/DecodeParms"] = parameters


def _name_of_attachment(document: pikepdf.Pdf, stream: Stream) -> str:
    for name, specification in document.attachments.items():
        files = specification.obj.get("/EF")
        if files is not None and any(each.objgen == stream.objgen for _, each in files.items()):
            return name
    return "attachment"


def without_descriptions(picture: bytes) -> bytes:
    """A JPEG without EXIF, XMP, IPTC, colour profile, preview and comments; its pixels are not encoded anew.

    Segments of ITU-T T.81, annex B: APP14 says how colours are coded, so it remains.
    """
    kept, place = bytearray(picture[:2]), 2
    while place + 4 <= len(picture) and picture[place] == 0xFF and picture[place + 1] != 0xDA:
        marker, length = picture[place + 1], int.from_bytes(picture[place + 2 : place + 4])
        segment = picture[place : place + 2 + length]
        if not (0xE0 <= marker <= 0xEF and marker != 0xEE) and marker != 0xFE:
            kept += segment
        place += 2 + max(length, 2)
    end = picture.rfind(b"\xff\xd9")
    return bytes(kept + (picture[place : end + 2] if end >= place else picture[place:]))
