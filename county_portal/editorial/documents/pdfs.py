"""PDFs for the public: rewritten with their pages and nothing that acts, hides or remembers.

In the sandbox. What a reader sees stays: pages, links to the web and within the document,
bookmarks, marks drawn by notes, the picture of a seal. What goes: scripts, actions, forms as such,
attached files, comments, metadata, thumbnails, earlier revisions, hidden layers' switches.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Pdf, Stream, String

from county_portal.core.errors import Refused
from county_portal.core.sandbox.runner import Broken, TooMuch
from county_portal.editorial.documents.kinds import MAX_PAGES, Note

MAX_OBJECTS = 500_000
MAX_BOOKMARKS = 2_000
MAX_LEVEL = 8

ROOT_KEPT = {"/Type", "/Pages", "/Lang", "/MarkInfo", "/PageLabels", "/PageLayout"} | {
    "/StructTreeRoot",
}
PAGE_KEPT = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"} | {
    *("/Rotate", "/UserUnit", "/Contents", "/Resources", "/Annots", "/StructParents", "/Tabs"),
    *("/Group", "/Kids", "/Count"),
}
FORBIDDEN_KEYS = {
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/AF", "/XFA"),
    *("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/RichMediaContent", "/Collection"),
    *("/RichMediaSettings", "/OPI", "/Ref", "/Alternates", "/PresSteps", "/WebCaptureInfo"),
    *("/OC", "/OCGs", "/OCProperties", "/UF", "/FFilter", "/FDecodeParms"),
}
FORBIDDEN_ACTIONS = {
    *("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/GoTo3DView", "/SubmitForm", "/ImportData"),
    *("/Rendition", "/Sound", "/Movie", "/Hide", "/Named", "/SetOCGState", "/ResetForm", "/Trans"),
    *("/RichMediaExecute", "/Thread", "/GoToDp"),
}
NOT_DRAWN = {
    *("/Text", "/Popup", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"),
    *("/Caret", "/Redact", "/TrapNet", "/PrinterMark"),
}
HIDDEN_FLAGS = 0b100010  # hidden, not viewed
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]{1,2000}", re.IGNORECASE)

NOTE_FORM = Note("The form fields became part of the pages")
NOTE_COMMENTS = Note("Comments are left out")
NOTE_ACTIONS = Note("Scripts and actions are left out")
NOTE_FILES = Note("Files inside the PDF are left out")
NOTE_LAYERS = Note("The layers became one; all of them are visible")
NOTE_SIGNATURE = Note("Electronic signatures are shown as a picture and can no longer be checked")


def check_pdf(source: Path, target: None = None) -> dict[str, object]:
    """Refuse `source` unless it is a PDF that may be attached."""
    open_pdf(source).close()
    return {}


def open_pdf(source: Path) -> Pdf:
    """Return the PDF at `source`.

    Raises Refused if locked, TooMuch if endless, Broken if damaged.
    """
    if b"%%EOF" not in _end(source):
        raise _broken()
    try:
        pdf = Pdf.open(source)
    except pikepdf.PasswordError as fault:
        raise _locked() from fault
    except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError) as fault:
        raise _broken() from fault
    if pdf.is_encrypted:
        raise _locked()
    try:
        pages = len(pdf.pages)
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as fault:
        raise _broken() from fault
    if not pages:
        raise _broken()
    if pages > MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
        raise TooMuch("The PDF has too many pages or parts; split it into several")
    return pdf


def _end(source: Path) -> bytes:
    """Return the last bytes: a file that was cut short could be repaired, but would show less."""
    with source.open("rb") as file:
        file.seek(max(0, source.stat().st_size - 2048))
        return file.read()


def rewrite(source: Path, target: Path) -> dict[str, object]:
    """Write the public copy of the PDF at `source` to `target`."""
    with open_pdf(source) as pdf:
        try:
            notes = _strip(pdf)
            pages = len(pdf.pages)
            _save(pdf, target)
        except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError) as fault:
            raise _broken() from fault
    _prove(target, pages)
    return {"notes": notes}


def _save(pdf: Pdf, target: Path) -> None:
    with target.open("wb") as file:
        pdf.save(
            file,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,
        )


def _strip(pdf: Pdf) -> list[Note]:
    notes = _noticed(pdf)
    names = _named_places(pdf)
    bookmarks = _bookmarks(pdf, names)
    _flatten(pdf)
    for page in pdf.pages:
        _strip_links(pdf, page.obj, names)
    _keep_only(pdf.Root, ROOT_KEPT)
    for page in pdf.pages:
        _keep_only(page.obj, PAGE_KEPT)
    for key in [*pdf.trailer.keys()]:
        if key not in {"/Root", "/Size"}:
            del pdf.trailer[key]
    for thing in pdf.objects:
        _scrub(thing, 0)
    _write_bookmarks(pdf, bookmarks)
    return notes


def _keep_only(thing: Object, kept: set[str]) -> None:
    for key in [*thing.keys()]:
        if key not in kept:
            del thing[key]


# What the author should know


def _noticed(pdf: Pdf) -> list[Note]:
    root = pdf.Root
    form, names = _dictionary(root.get("/AcroForm")), _dictionary(root.get("/Names"))
    kinds = {str(note.get("/Subtype", "")) for page in pdf.pages for note in _annotations(page.obj)}
    seen = {
        NOTE_LAYERS: "/OCProperties" in root,
        NOTE_FORM: bool(_array(form.get("/Fields"))),
        NOTE_SIGNATURE: form.get("/SigFlags", 0) in (1, 3),
        NOTE_FILES: "/EmbeddedFiles" in names or "/FileAttachment" in kinds,
        NOTE_ACTIONS: bool({*root.keys()} & {"/OpenAction", "/AA"}) or "/JavaScript" in names,
        NOTE_COMMENTS: "/Text" in kinds,
    }
    return [note for note, was_seen in seen.items() if was_seen]


def _dictionary(thing: Object | None) -> Dictionary:
    return thing if isinstance(thing, Dictionary) else Dictionary()


def _array(thing: Object | None) -> list[Object]:
    return [*thing] if isinstance(thing, Array) else []


def _annotations(page: Object) -> list[Object]:
    return [note for note in _array(page.get("/Annots")) if isinstance(note, Dictionary)]


# Marks drawn on pages


def _flatten(pdf: Pdf) -> None:
    """Draw what notes and fields show into the pages; only links stay notes."""
    for page in pdf.pages:
        drawn = [note for note in _annotations(page.obj) if _is_drawn(note)]
        page.obj["/Annots"] = Array(drawn)
    pdf.flatten_annotations("screen")
    for page in pdf.pages:
        links = [note for note in _annotations(page.obj) if note.get("/Subtype") == Name.Link]
        page.obj["/Annots"] = Array(links)


def _is_drawn(note: Object) -> bool:
    flags = note.get("/F", 0)
    hidden = isinstance(flags, int) and flags & HIDDEN_FLAGS
    return str(note.get("/Subtype", "")) not in NOT_DRAWN and not hidden


# Links and bookmarks


Places = Callable[[object], Array | None]


def _named_places(pdf: Pdf) -> Places:
    """Return a function from any destination (explicit or by name) to an explicit one, or None."""
    pages = {page.obj.objgen for page in pdf.pages}
    named: dict[str, Object] = {}
    named |= _dictionary(pdf.Root.get("/Dests")).items()
    tree = _dictionary(pdf.Root.get("/Names")).get("/Dests")
    if isinstance(tree, Dictionary):
        named |= {str(key): value for key, value in pikepdf.NameTree(tree).items()}

    def place(target: object) -> Array | None:
        if isinstance(target, Name | String | str):
            target = named.get(str(target))
        if isinstance(target, Dictionary):
            target = target.get("/D")
        if not isinstance(target, Array) or not len(target):
            return None
        page, *rest = [*target]
        if not isinstance(page, Dictionary) or page.objgen not in pages:
            return None
        return Array([page, *(one for one in rest[:5] if _is_plain(one))])

    return place


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, Name) or not isinstance(value, Object)


def _strip_links(pdf: Pdf, page: Object, places: Places) -> None:
    """Write each link anew: where it lies, and a web address or a place in this document."""
    links = [link for note in _annotations(page) if (link := _link(note, places)) is not None]
    if links:
        page["/Annots"] = Array([pdf.make_indirect(link) for link in links])
    else:
        del page["/Annots"]


def _link(note: Object, places: Places) -> Dictionary | None:
    rectangle = _array(note.get("/Rect"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array(rectangle))
    link["/Border"] = Array([0, 0, 0])
    action = note.get("/A")
    if isinstance(action, Dictionary) and action.get("/S") == Name.URI:
        address = str(action.get("/URI", ""))
        if not _ADDRESS.fullmatch(address):
            return None
        link["/A"] = Dictionary(S=Name.URI, URI=String(address))
        return link
    target = places(_target(note))
    if target is None:
        return None
    link["/Dest"] = target
    return link


def _target(thing: Object) -> object:
    """Return where a link or bookmark goes inside the document, as written there."""
    action = thing.get("/A")
    if isinstance(action, Dictionary):
        return action.get("/D") if action.get("/S") == Name.GoTo else None
    return thing.get("/Dest")


Bookmark = tuple[str, Array | None, "list[Bookmark]"]


def _bookmarks(pdf: Pdf, places: Places) -> list[Bookmark]:
    root = pdf.Root.get("/Outlines")
    seen: set[tuple[int, int]] = set()

    def below(parent: Object, level: int) -> Iterator[Bookmark]:
        entry = parent.get("/First")
        while isinstance(entry, Dictionary) and level < MAX_LEVEL and len(seen) < MAX_BOOKMARKS:
            if entry.objgen in seen or not entry.is_indirect:
                return
            seen.add(entry.objgen)
            yield str(entry.get("/Title", "")), places(_target(entry)), [*below(entry, level + 1)]
            entry = entry.get("/Next")

    return [*below(root, 0)] if isinstance(root, Dictionary) else []


def _write_bookmarks(pdf: Pdf, bookmarks: list[Bookmark]) -> None:
    if not bookmarks:
        return
    with pdf.open_outline() as outline:
        outline.root.extend(map(_outline_item, bookmarks))


def _outline_item(bookmark: Bookmark) -> OutlineItem:
    title, target, below = bookmark
    item = OutlineItem(title, target) if target is not None else OutlineItem(title)
    item.children.extend(map(_outline_item, below))
    return item


# Everything else, wherever it stands


def _scrub(thing: object, level: int) -> None:
    """Take out of one object, and what is written inside it, all that may not go out."""
    if level > 50:
        raise _broken()
    if isinstance(thing, Array):
        for index, value in enumerate([*thing]):
            if _is_forbidden(value):
                thing[index] = Dictionary()
            elif isinstance(value, Object) and not value.is_indirect:
                _scrub(value, level + 1)
    elif isinstance(thing, Dictionary | Stream):
        _scrub_keys(thing, level)
        if isinstance(thing, Stream) and thing.get("/Filter") == Name.DCTDecode:
            _scrub_jpeg(thing)


def _scrub_keys(thing: Object, level: int) -> None:
    for key, value in [*thing.items()]:
        if key in FORBIDDEN_KEYS or _is_forbidden(value) or _is_other_key(thing, key):
            del thing[key]
        elif isinstance(value, Object) and not value.is_indirect:
            _scrub(value, level + 1)


def _is_other_key(thing: Object, key: str) -> bool:
    """Tell whether the key must go.

    /F of a stream names a file elsewhere, /Obj keeps a note left out.
    """
    if key == "/F":
        return isinstance(thing, Stream)
    return key == "/Obj" and thing.get("/Type") == Name.OBJR


def _is_forbidden(value: object) -> bool:
    if not isinstance(value, Dictionary):
        return False
    kind = value.get("/S")
    return (isinstance(kind, Name) and str(kind) in FORBIDDEN_ACTIONS) or (
        value.get("/Type") in (Name.Filespec, Name.EmbeddedFile, Name.Metadata)
    )


def _scrub_jpeg(image: Stream) -> None:
    """Take from a photograph inside the PDF its own notes of place, time and camera."""
    kept = without_marks(image.read_raw_bytes())
    if kept is not None:
        parms = image.get("/DecodeParms")
        parms = parms if isinstance(parms, Dictionary | Array) else None
        image.write(kept, filter=Name.DCTDecode, decode_parms=parms)


def without_marks(jpeg: bytes) -> bytes | None:
    """Return the JPEG bytes without comments and application marks, but those that colours need.

    None if there is nothing to take out, or the bytes are not what they should be.
    """
    kept, at, marked = bytearray(jpeg[:2]), 2, False
    while jpeg[at : at + 1] == b"\xff" and at + 4 <= len(jpeg):
        mark, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if mark == 0xDA or length < 2:
            break
        unwanted = mark == 0xFE or (0xE0 < mark <= 0xEF and mark not in {0xE2, 0xEE})
        if not unwanted:
            kept += jpeg[at : at + 2 + length]
        marked = marked or unwanted
        at += 2 + length
    return bytes(kept + jpeg[at:]) if marked else None


# Proof


def _prove(target: Path, pages: int) -> None:
    """Look at what was written as a stranger would; raise Broken if anything slipped through."""
    with Pdf.open(target) as pdf:
        clean = len(pdf.pages) == pages and not any(map(_is_suspect, pdf.objects))
        if not clean or {*pdf.trailer.keys()} & {"/Info", "/Prev", "/Encrypt"}:
            raise _broken()


def _is_suspect(thing: object) -> bool:
    if isinstance(thing, Array):
        return any(map(_is_forbidden, thing))
    if not isinstance(thing, Dictionary | Stream):
        return False
    return any(key in FORBIDDEN_KEYS or _is_forbidden(value) for key, value in thing.items())


def _locked() -> Refused:
    return Refused("The PDF is locked with a password or against changes. Save it again without")


def _broken() -> Broken:
    return Broken("The PDF cannot be read; it seems to be damaged. Save or print it as PDF again")
