"""Which files go: told by their content, each refusal in a sentence."""

import io
import struct
import zipfile

import pikepdf
import pytest

from county_portal.core.errors import Refused
from county_portal.core.sandbox.runner import Broken, TooMuch
from county_portal.editorial.documents.kinds import FileType, identify
from tests.editorial.documents import corpus


@pytest.fixture
def file(tmp_path):
    return tmp_path / "file"


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_office_files_are_told_by_their_main_part(file, kind):
    assert identify(corpus.office(file, kind), f"附件.{kind.upper()}") is FileType(kind)


def test_pdf_and_pictures_are_told_by_their_beginning(file):
    assert identify(corpus.plain_pdf(file), "公告.pdf") is FileType.PDF
    assert identify(corpus.jpeg(file), "照片.jpeg") is FileType.JPEG
    assert identify(corpus.jpeg(file), "照片.jpg") is FileType.JPEG
    assert identify(corpus.png(file), "a.b.png") is FileType.PNG


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (corpus.plain_pdf, "a.docx"),
        (corpus.jpeg, "a.png"),
        (corpus.png, "a.pdf"),
        (lambda path: corpus.office(path, "docx"), "a.xlsx"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(file, make, name):
    with pytest.raises(Refused, match="but the content is"):
        identify(make(file), name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html><script>x</script></html>", "a.html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png"),
        (b"MZ\x90\x00", "a.exe"),
        (b"MZ\x90\x00", "a.pdf"),
        (b"Rar!\x1a\x07\x00", "a.docx"),
        (b"7z\xbc\xaf\x27\x1c", "a.7z"),
        (b"GIF89a", "a.gif"),
        (b"\n%PDF-1.7", "a.pdf"),
        (b"", "a.pdf"),
        (b"%PDF-1.7", "pdf"),
        (b"%PDF-1.7", "a.pdf.exe"),
        (b"%PDF-1.7", ""),
    ],
)
def test_other_files_are_refused_with_the_types_that_go(file, content, name):
    file.write_bytes(content)
    with pytest.raises(Refused, match="These go: docx, xlsx, pptx, pdf, jpg, png"):
        identify(file, name)


def test_an_archive_is_not_a_document(file):
    corpus.archive(file, {"a.txt": "x"})
    with pytest.raises(Refused, match="Unpack archives first"):
        identify(file, "a.docx")


@pytest.mark.parametrize(
    "members",
    [
        {"word/vbaProject.bin": b"x"},
        {"xl/macrosheets/sheet1.xml": b"x"},
        {"deep/er/VBAPROJECT.BIN": b"x"},
    ],
)
def test_macros_are_refused_under_any_name(file, members):
    with pytest.raises(Refused, match="contains macros"):
        identify(corpus.office(file, "docx", **members), "a.docx")


def test_a_renamed_docm_is_refused(file):
    with pytest.raises(Refused, match="contains macros"):
        identify(corpus.office(file, "docm"), "a.docx")


def test_locked_office_files_are_refused(file):
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(Refused, match="locked with a password"):
        identify(file, "a.docx")


@pytest.mark.parametrize("password", [{"user": "u", "owner": "o"}, {"user": "", "owner": "o"}])
def test_locked_pdfs_are_refused(file, password):
    corpus.plain_pdf(file, encryption=pikepdf.Encryption(**password))
    with pytest.raises(Refused, match="locked"):
        identify(file, "a.pdf")


def test_a_zip_bomb_is_refused_before_it_is_opened(file):
    corpus.office(file, "xlsx", **{"xl/sheet.xml": bytes(300 * 2**20)})
    assert file.stat().st_size < 2**20
    with pytest.raises(TooMuch):
        identify(file, "a.xlsx")


def test_many_members_are_refused(file):
    corpus.office(file, "xlsx", **{f"m{number}": b"" for number in range(6_000)})
    with pytest.raises(TooMuch):
        identify(file, "a.xlsx")


def test_a_lying_count_of_members_does_not_help(file):
    corpus.office(file, "xlsx", **{f"m{number}" + "x" * 200: b"" for number in range(20_000)})
    content = bytearray(file.read_bytes())
    at = content.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", content, at + 8, 3, 3)
    file.write_bytes(content)
    with pytest.raises(TooMuch):
        identify(file, "a.xlsx")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "a\\..\\x", "a\nb"])
def test_strange_names_inside_are_refused(file, name):
    with pytest.raises(Broken):
        identify(corpus.office(file, "docx", **{name: b"x"}), "a.docx")


def test_locked_members_are_refused(file):
    corpus.office(file, "docx")
    content = bytearray(file.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    file.write_bytes(content)
    with pytest.raises(Refused, match="password"):
        identify(file, "a.docx")


def test_two_documents_in_one_are_refused(file):
    both = corpus.types("docx").replace("</Types>", "") + corpus.types("xlsx").partition("?>")[2]
    corpus.archive(file, {"[Content_Types].xml": both})
    with pytest.raises(Refused):
        identify(file, "a.docx")


def test_a_pdf_hidden_before_an_archive_is_a_pdf_or_nothing(file):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("[Content_Types].xml", corpus.types("docx"))
    file.write_bytes(corpus.plain_pdf(file).read_bytes() + packed.getvalue())
    with pytest.raises(Refused):
        identify(file, "a.docx")
    assert identify(file, "a.pdf") is FileType.PDF


def test_a_document_after_foreign_bytes_is_refused(file):
    corpus.office(file, "docx")
    file.write_bytes(b"PK\x03\x04" + b"foreign" * 9 + file.read_bytes())
    with pytest.raises(Broken):
        identify(file, "a.docx")


def test_a_picture_of_a_thousand_million_pixels_is_refused(file):
    with pytest.raises(TooMuch, match="60 million"):
        identify(corpus.huge_png(file), "a.png")


@pytest.mark.parametrize("make", [corpus.plain_pdf, corpus.workbook, corpus.png])
def test_a_truncated_file_is_damaged_or_refused(file, make):
    content = make(file).read_bytes()
    name = {corpus.plain_pdf: "a.pdf", corpus.workbook: "a.xlsx", corpus.png: "a.png"}[make]
    file.write_bytes(content[: len(content) // 3])
    with pytest.raises(Refused):
        identify(file, name)


@pytest.mark.parametrize("seed", range(10))
def test_random_bytes_are_refused_in_words(file, seed):
    corpus.random_bytes(file, seed)
    with pytest.raises(Refused) as refusal:
        identify(file, "a." + ["pdf", "pdf", "xlsx", "jpg", "png"][seed % 5])
    assert refusal.value.message
