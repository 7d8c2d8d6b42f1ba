"""Fonts in the file: small ones, each opened once. Two of the shortcuts (optimisations.py)."""

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pydyf
from fontTools.ttLib import TTFont
from weasyprint.pdf import fonts
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset, pango
from weasyprint.text.fonts import get_hb_object_data


class CompactFont(fonts.Font):
    """A font of which the file holds just the glyphs that are used.

    The engine keeps an empty place for every other glyph, so that each has its old number: half a
    megabyte for a Chinese face. In a font that names its glyphs by CID the numbers stay without.
    program: the bare font, if it is such a one.
    """

    program: bytes | None = None

    def _harfbuzz_subset(self, to_unicode: dict[int, str], hinting: Any) -> None:
        content = compact(self.hb_face, sorted(to_unicode), outline=bool(self.missing))
        self.program = program_of(content, sorted(to_unicode))
        if self.program:
            self.file_content = content
        else:
            super()._harfbuzz_subset(to_unicode, hinting)


def kept_fonts(begin: Any) -> Callable[..., Any]:
    """Build a function that opens each font once, so its file, up to 25 MB, is copied only once."""
    known: dict[int, Any] = {}

    def font(pango_font: Any, description: Any, size: float) -> Any:
        key = pango.pango_font_description_hash(description)
        if key not in known:
            opened = begin(pango_font, description, size)
            if opened.png or opened.svg or opened.colr or opened.bitmap or "fvar" in opened.tables:
                return opened
            opened.file_content = opened.file_content[:4]  # which tells its kind
            known[key] = opened
        ours = copy.copy(known[key])
        ours.widths, ours.to_unicode, ours.missing = {}, {}, {}
        return ours

    return font


def embed_bare(document: Any, pdf: Any) -> None:
    """Embed compact fonts as bare programs: only in these a CID says which glyph.

    Source: ISO 32000-1, 9.7.4.2 and table 126 (CIDFontType0C).
    """
    programs = {
        id(font.file_content): font.program
        for font in document.fonts.values()
        if getattr(font, "program", None)
    }
    bare, described = set(), set()
    objects: list[Any] = pdf.objects
    for item in objects:  # a font's file comes first, then its descriptor, then the font
        if isinstance(item, pydyf.Stream):
            if item.stream and (program := programs.get(id(item.stream[0]))):
                item.stream, item.extra["Subtype"] = [program], "/CIDFontType0C"
                bare.add(item.reference)
        elif isinstance(item, pydyf.Dictionary) and item.get("FontFile3") in bare:
            described.add(item.reference)
        elif isinstance(item, pydyf.Dictionary) and item.get("FontDescriptor") in described:
            del item["CIDToGIDMap"]


DROPPED = (b"BASE", b"DSIG", b"GPOS", b"GSUB", b"JSTF", b"SVG ", b"VORG", b"vhea", b"vmtx")


def compact(face: Any, glyphs: list[int], *, outline: bool) -> bytes:
    """Cut the font down to these glyphs. outline: whether missing characters show as boxes."""
    cutter = harfbuzz_subset
    order = ffi.gc(cutter.hb_subset_input_create_or_fail(), cutter.hb_subset_input_destroy)
    flags = cutter.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED | cutter.HB_SUBSET_FLAGS_DESUBROUTINIZE
    if outline:
        flags |= cutter.HB_SUBSET_FLAGS_NOTDEF_OUTLINE
    cutter.hb_subset_input_set_flags(order, flags)
    dropped = sorted(harfbuzz.hb_tag_from_string(tag, -1) for tag in DROPPED)
    tables = cutter.hb_subset_input_set(order, cutter.HB_SUBSET_SETS_DROP_TABLE_TAG)
    for wanted, numbers in ((cutter.hb_subset_input_glyph_set(order), glyphs), (tables, dropped)):
        array = ffi.new(f"hb_codepoint_t[{len(numbers)}]", numbers)
        harfbuzz.hb_set_add_sorted_array(wanted, array, len(numbers))
    cut = cutter.hb_subset_or_fail(face, order)
    if not cut:
        return b""
    return get_hb_object_data(ffi.gc(cut, harfbuzz.hb_face_destroy)) or b""


def program_of(content: bytes, glyphs: list[int]) -> bytes | None:
    """Extract the bare font if it names these glyphs by the numbers they had; else return None."""
    if content[:4] != b"OTTO":
        return None
    with TTFont(BytesIO(content), lazy=True) as font:
        top = font["CFF "].cff.topDictIndex[0]
        known = hasattr(top, "ROS") and {f"cid{one:05d}" for one in glyphs if one} <= {*top.charset}
        return font.reader["CFF "] if known else None
