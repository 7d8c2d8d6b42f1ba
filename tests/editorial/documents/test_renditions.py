"""What the public copies hold and what is gone: looked for in every decompressed byte."""

import io
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from county_portal.core.errors import Refused
from county_portal.core.sandbox.runner import Broken, TooMuch
from county_portal.editorial.documents import renditions
from county_portal.editorial.documents.kinds import FileType
from county_portal.editorial.documents.pdfs import without_marks
from county_portal.editorial.documents.renditions import make_rendition
from tests.editorial.documents import corpus
from tests.waiting import HUNG_AFTER


@pytest.fixture
def source(tmp_path):
    return tmp_path / "source"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "target"


def spent():
    """Seconds of processor time the sandboxes have taken so far; other work does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def everything_in_pdf(path):
    """Every byte of a PDF: as it lies there, each object, each stream packed and unpacked."""
    found = [path.read_bytes()]
    with pikepdf.Pdf.open(path) as pdf:
        for thing in pdf.objects:
            found.append(thing.unparse(resolved=True))
            if isinstance(thing, pikepdf.Stream):
                found.append(thing.read_raw_bytes())
                if thing.get("/Filter") != pikepdf.Name.DCTDecode:
                    found.append(thing.read_bytes())
        found.append(repr([*pdf.trailer.items()]).encode())
    whole = b"\n".join(found)
    return whole + whole.replace(b"\x00", b"")


def everything_in_archive(path):
    with zipfile.ZipFile(path) as archive:
        parts = [name.encode() + archive.read(name) for name in archive.namelist()]
    return path.read_bytes() + b"\n".join(parts)


def words_of(path):
    with pypdfium2.PdfDocument(path) as pdf:
        return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


# Office texts


@pytest.mark.parametrize("kind", [FileType.DOCX, FileType.PPTX])
def test_texts_and_slides_stay_inside(source, target, kind):
    assert make_rendition(corpus.office(source, kind.value), target, kind) is None
    assert not target.exists()


# PDFs


def test_nothing_secret_is_left_in_a_pdf(source, target):
    corpus.loaded_pdf(source)
    before = everything_in_pdf(source)
    assert before.count(b"SECRET") > 25
    make_rendition(source, target, FileType.PDF)
    after = everything_in_pdf(target)
    assert b"SECRET" not in after
    for key in (b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/Launch", b"/EmbeddedFile"):
        assert key in before
        assert key not in after
    for key in (b"/XFA", b"/AcroForm", b"/Metadata", b"/PieceInfo", b"/Info", b"/Names", b"Exif"):
        assert key not in after


def test_what_a_reader_sees_stays_in_a_pdf(source, target):
    make_rendition(corpus.loaded_pdf(source), target, FileType.PDF)
    words = words_of(target)
    for seen in ("First OPEN", "Second OPEN", "Seal OPEN", "Typed OPEN"):
        assert seen in words
    with pikepdf.Pdf.open(target) as pdf:
        assert len(pdf.pages) == 2
        links = [*pdf.pages[0].obj["/Annots"]]
        assert [str(link["/A"]["/URI"]) for link in links if "/A" in link] == [
            "https://open.example/"
        ]
        places = [link["/Dest"][0] for link in links if "/Dest" in link]
        assert places == [pdf.pages[1].obj] * 2
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Bookmark OPEN", "Bad bookmark OPEN"]


def test_the_author_is_told_what_a_pdf_lost(source, target):
    notes = make_rendition(corpus.loaded_pdf(source), target, FileType.PDF).notes
    assert set(notes) == {
        "Scripts and actions are left out",
        "Files inside the PDF are left out",
        "Comments are left out",
        "The form fields became part of the pages",
        "Electronic signatures are shown as a picture and can no longer be checked",
    }
    assert make_rendition(corpus.plain_pdf(source), target, FileType.PDF).notes == ()


def test_earlier_revisions_are_gone(source, target):
    corpus.revised_pdf(source)
    assert b"SECRET past" in source.read_bytes()
    assert "Today OPEN" in words_of(source)
    make_rendition(source, target, FileType.PDF)
    assert b"SECRET past" not in everything_in_pdf(target)
    assert "Today OPEN" in words_of(target)
    assert target.read_bytes().count(b"%%EOF") == 1


def test_bytes_before_and_after_a_pdf_are_gone(source, target):
    corpus.plain_pdf(source)
    source.write_bytes(source.read_bytes() + b"PK\x03\x04 SECRET after the end")
    make_rendition(source, target, FileType.PDF)
    assert b"SECRET" not in everything_in_pdf(target)


def test_layers_are_named_to_the_author(source, target):
    corpus.plain_pdf(source, 1)
    with pikepdf.Pdf.open(source, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="SECRET layer"))
        groups = pikepdf.Array([layer])
        pdf.Root["/OCProperties"] = pikepdf.Dictionary(
            OCGs=groups, D=pikepdf.Dictionary(OFF=groups, AS=pikepdf.Array([]))
        )
        pdf.pages[0].obj["/OC"] = layer
        pdf.save(source)
    notes = make_rendition(source, target, FileType.PDF).notes
    assert notes == ("The layers became one; all of them are visible",)
    assert b"SECRET" not in everything_in_pdf(target)


def test_too_many_pages_are_refused(source, target):
    corpus.plain_pdf(source, 2_001)
    with pytest.raises(TooMuch, match="split it"):
        make_rendition(source, target, FileType.PDF)
    assert not target.exists()


@pytest.mark.parametrize("keep", [0.5, 0.98])
def test_a_truncated_pdf_is_damaged(source, target, keep):
    content = corpus.loaded_pdf(source).read_bytes()
    source.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(Broken):
        make_rendition(source, target, FileType.PDF)


def test_a_pdf_that_refers_to_itself_ends(source, target):
    corpus.plain_pdf(source, 1)
    with pikepdf.Pdf.open(source, allow_overwriting_input=True) as pdf:
        ring = pdf.make_indirect(pikepdf.Dictionary(Title="a"))
        ring["/Next"] = ring
        ring["/First"] = ring
        ring["/Self"] = pikepdf.Array([ring])
        pdf.Root["/Outlines"] = pdf.make_indirect(pikepdf.Dictionary(First=ring, Last=ring))
        pdf.pages[0].obj["/Resources"]["/Ring"] = ring
        pdf.save(source)
    make_rendition(source, target, FileType.PDF)
    with pikepdf.Pdf.open(target) as pdf:
        assert len(pdf.pages) == 1


def test_marks_are_cut_out_of_photographs_and_nothing_else():
    plain, marked = io.BytesIO(), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET"
    picture = Image.effect_noise((30, 30), 50).convert("RGB")
    picture.save(plain, "JPEG")
    picture.save(marked, "JPEG", exif=exif, comment=b"SECRET")
    assert without_marks(marked.getvalue()) == plain.getvalue()
    assert without_marks(plain.getvalue()) is None
    assert without_marks(b"") is None
    assert without_marks(b"\xff\xd8\xff\xe1\xff\xff") is not None


# Pictures


@pytest.mark.parametrize(
    ("make", "kind"), [(corpus.jpeg, FileType.JPEG), (corpus.png, FileType.PNG)]
)
def test_nothing_but_the_pixels_is_left_of_a_picture(source, target, make, kind):
    make(source)
    assert b"SECRET" in source.read_bytes()
    made = make_rendition(source, target, kind)
    after = target.read_bytes()
    for word in (b"SECRET", b"Exif", b"GPS", b"xmp", b"ICC", b"tEXt", b"eXIf", b"iCCP"):
        assert word not in after
    with Image.open(target) as image:
        image.load()
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (made.media_type, made.notes) == (kind.media_type, ())


def test_a_picture_taken_sideways_stands_upright(source, target):
    make_rendition(corpus.jpeg(source), target, FileType.JPEG)
    with Image.open(target) as image:
        assert image.size == (40, 60)
        red, _, blue = image.getpixel((20, 5))
        assert blue > 200 > red


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_goes(source, target, mode):
    Image.new(mode, (8, 8)).save(source, "PNG")
    make_rendition(source, target, FileType.PNG)
    with Image.open(target) as image:
        assert image.mode in {"L", "RGB", "RGBA"}


def test_transparency_stays(source, target):
    corpus.png(source)
    make_rendition(source, target, FileType.PNG)
    with Image.open(target) as image:
        assert image.getpixel((0, 0)) == (255, 0, 0, 128)


def test_deep_grey_keeps_its_shades(source, target):
    Image.new("I;16", (8, 8), 32_768).save(source, "PNG")
    make_rendition(source, target, FileType.PNG)
    with Image.open(target) as image:
        assert image.getpixel((0, 0)) == 128


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_mode_of_jpeg_goes(source, target, mode):
    Image.new(mode, (8, 8)).save(source, "JPEG")
    make_rendition(source, target, FileType.JPEG)
    with Image.open(target) as image:
        assert image.mode in {"L", "RGB"}


def test_a_large_picture_becomes_smaller_and_says_so(source, target):
    Image.new("RGB", (9_000, 1_000)).save(source, "PNG")
    made = make_rendition(source, target, FileType.PNG)
    with Image.open(target) as image:
        assert image.size == (4_000, 444)
    assert made.notes == ("The picture is shown smaller than it was",)


@pytest.mark.slow
def test_the_largest_picture_fits_into_the_memory(source, target):
    Image.new("RGBA", (10_000, 6_000), "red").save(source, "PNG", compress_level=1)
    make_rendition(source, target, FileType.PNG)
    with Image.open(target) as image:
        assert image.size == (4_000, 2_400)


def test_a_picture_bomb_ends_at_once(source, target):
    began = spent()
    with pytest.raises(TooMuch):
        make_rendition(corpus.huge_png(source), target, FileType.PNG)
    assert spent() - began < 2


@pytest.mark.parametrize(
    ("make", "kind"), [(corpus.jpeg, FileType.JPEG), (corpus.png, FileType.PNG)]
)
def test_a_truncated_picture_is_damaged(source, target, make, kind):
    content = make(source).read_bytes()
    source.write_bytes(content[: len(content) // 2])
    with pytest.raises(Broken):
        make_rendition(source, target, kind)


# Workbooks


def opened(path):
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def cells(path):
    book = opened(path)
    return {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }


def test_nothing_secret_is_left_in_a_workbook(source, target):
    corpus.workbook(source)
    assert everything_in_archive(source).count(b"SECRET") > 15
    make_rendition(source, target, FileType.XLSX)
    after = everything_in_archive(target)
    for word in (
        b"SECRET",
        b"<f>",
        b"hidden",
        b"comment",
        b"<drawing",
        b"definedName",
        b'Target="http',
    ):
        assert word not in after


def test_the_visible_values_stay_and_close_up(source, target):
    make_rendition(corpus.workbook(source), target, FileType.XLSX)
    rows = cells(target)
    assert [*rows] == ["公开"]
    assert [row[:4] for row in rows["公开"]] == [
        ["单位", "金额", "日期", "合计"],
        ["甲镇", 1234.5, openpyxl.utils.datetime.from_excel(46000), 2469],
        ["=1+1", None, None, None],
        [None, None, None, None],
        ["合并", None, None, None],
        [None, None, None, None],
        ["链接", None, None, None],
    ]


def test_number_formats_and_merged_cells_stay(source, target):
    make_rendition(corpus.workbook(source), target, FileType.XLSX)
    sheet = opened(target)["公开"]
    assert sheet["B2"].number_format == '#,##0.00"元"'
    assert sheet["C2"].is_date
    assert [*map(str, sheet.merged_cells.ranges)] == ["A5:B6"]
    assert sheet["A3"].data_type == "s"


def test_the_author_is_told_what_a_workbook_lost(source, target):
    assert set(make_rendition(corpus.workbook(source), target, FileType.XLSX).notes) == {
        "Hidden sheets are left out",
        "Hidden rows and columns are left out",
        "Formulas are replaced by their values",
        "Comments are left out",
        "Pictures and charts are left out",
    }


def test_formulas_without_values_are_named(source, target):
    corpus.workbook_of(source, '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><v>1</v></c></row>')
    notes = make_rendition(source, target, FileType.XLSX).notes
    assert any("had no stored value" in note for note in notes)


def test_readings_above_characters_are_not_part_of_the_words(source, target):
    reading = "<rPh sb='0' eb='1'><t>SECRET</t></rPh>"
    strings = f"<si><r><t>青禾</t></r><r><t>县</t></r>{reading}</si>"
    row = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>乙</t></is></c>'
    corpus.workbook_of(source, f'<row r="1">{row}</row>', strings=strings)
    make_rendition(source, target, FileType.XLSX)
    assert cells(target) == {"一": [["青禾县", "乙"]]}


@pytest.mark.parametrize(
    ("before", "row"),
    [
        ('<sheetFormatPr zeroHeight="1"/>', '<row r="1">'),
        ("", '<row r="1" ht="0" customHeight="1">'),
        ("", '<row r="1" hidden="true">'),
        ('<cols><col min="1" max="16384" width="0"/></cols>', '<row r="1">'),
        ('<cols><col min="1" max="3" hidden="1"/></cols>', '<row r="1">'),
    ],
)
def test_every_way_to_hide_hides(source, target, before, row):
    rows = row + '<c r="A1"><v>4711</v></c></row><row r="2" hidden="0"><c r="Z2"><v>1</v></c></row>'
    corpus.workbook_of(source, rows, before=before)
    make_rendition(source, target, FileType.XLSX)
    assert b"4711" not in everything_in_archive(target)


def bombs():
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    far = near + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    merged = '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells><sheetData>'
    many = "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in range(1, 200_100))
    wide = many[:5_000_000].rpartition("<row")[0] + '<row><c r="XFD7"><v>1</v></c></row>'
    return {
        "far": {"sheet_xml": far},
        "merged": {"sheet_xml": '<row r="1"><c r="A1"><v>1</v></c></row>' + merged},
        "many": {"sheet_xml": many},
        "wide": {"sheet_xml": wide},
        "laughs": {
            "sheet_xml": '<row r="1"><c r="A1" t="str"><v>&a9;</v></c></row>',
            "prelude": '<!DOCTYPE x [<!ENTITY a0 "ha">'
            + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
            + "]>",
        },
        "long": {"sheet_xml": f'<row r="1"><c r="A1" t="str"><v>{"长文" * 50_000}</v></c></row>'},
        "deep": {"sheet_xml": "<x>" * 100_000},
        "columns": {
            "sheet_xml": '<row r="1"><c r="A1"><v>1</v></c></row>',
            "before": "<cols>" + '<col min="1" max="16384" hidden="1"/>' * 9_000 + "</cols>",
        },
    }


@pytest.mark.parametrize("bomb", [*bombs()])
def test_workbook_bombs_end_in_seconds(source, target, bomb):
    corpus.workbook_of(source, **bombs()[bomb])
    began = spent()
    try:
        made = make_rendition(source, target, FileType.XLSX)
    except Refused:
        made = None
    assert spent() - began < 12
    assert (made is not None) == (bomb in {"far", "merged", "long"})


def test_a_workbook_without_values_is_not_published(source, target):
    corpus.workbook_of(source, "")
    with pytest.raises(Refused, match="shows no values"):
        make_rendition(source, target, FileType.XLSX)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>one</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        "<row",
    ],
)
def test_nonsense_in_a_workbook_is_damage(source, target, row):
    corpus.workbook_of(source, row)
    with pytest.raises(Broken):
        make_rendition(source, target, FileType.XLSX)


@pytest.mark.parametrize("value", ["1e999", "-1e999", "nan"])
def test_numbers_beyond_numbers_are_text_and_no_formula(source, target, value):
    corpus.workbook_of(source, f'<row r="1"><c r="A1"><v>{value}</v></c></row>')
    make_rendition(source, target, FileType.XLSX)
    assert cells(target) == {"一": [[value]]}


# All of them


MAKERS = [
    (corpus.loaded_pdf, FileType.PDF),
    (corpus.workbook, FileType.XLSX),
    (corpus.jpeg, FileType.JPEG),
    (corpus.png, FileType.PNG),
]


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_a_rendition_is_true_to_its_word(source, target, tmp_path, make, kind):
    """The source is untouched, the same source gives the same bytes, the answer tells them."""
    before = make(source).read_bytes()
    one = make_rendition(source, target, kind)
    other = make_rendition(source, tmp_path / "other", kind)
    assert source.read_bytes() == before
    assert one == other
    assert target.read_bytes() == (tmp_path / "other").read_bytes()
    assert one.media_type == kind.media_type


@pytest.mark.parametrize(("make", "kind"), MAKERS)
def test_a_rendition_of_a_rendition_loses_nothing_more(source, target, tmp_path, make, kind):
    make_rendition(make(source), target, kind)
    again = make_rendition(target, tmp_path / "again", kind)
    assert again.notes == ()
    if kind is not FileType.JPEG:
        assert (tmp_path / "again").stat().st_size == target.stat().st_size


def test_a_hundred_random_files_are_refused_in_words(tmp_path):
    """In one child for speed: what the sandbox runs, without a new process for each file."""
    files = [corpus.random_bytes(tmp_path / f"{seed}", seed) for seed in range(100)]
    code = (
        "import importlib, pathlib, sys\n"
        "from county_portal.core.errors import Refused\n"
        f"tasks = {sorted(set(renditions.TASKS.values()))!r}\n"
        "for name in sys.argv[1:]:\n"
        "    for task in tasks:\n"
        "        module, _, function = task.partition(':')\n"
        "        work = getattr(importlib.import_module(module), function)\n"
        "        try:\n"
        "            work(pathlib.Path(name), pathlib.Path(name + '.out'))\n"
        "        except Refused as refusal:\n"
        "            print(refusal.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=HUNG_AFTER,
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 100 * len(set(renditions.TASKS.values()))
