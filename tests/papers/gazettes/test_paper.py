"""The gazette on paper, read back from the PDF: its contents tell the truth about its pages."""

import re
from datetime import date

import pypdfium2
import pytest

from county_portal.papers.gazettes import index, paper
from county_portal.papers.gazettes.contents import Paper
from county_portal.papers.gazettes.paper import PrintedGazette
from tests.papers.gazettes.paper import make_paper, make_part, make_piece
from tests.printing.attached import data_of, is_archival

NUMBER = re.compile(r"— ?(\d+) ?—")


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without spaces and line ends."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [re.sub(r"\s+", "", text) for text in texts]


def contents_of(pages: list[str], title: str) -> int:
    """The page number that stands behind a title in the contents."""
    found = re.search(re.escape(title) + r"(?:（[^）]*）)?[·….]*(\d+)", "".join(pages))
    assert found, title
    return int(found[1])


@pytest.fixture(scope="module")
def issue(office) -> tuple[Paper, PrintedGazette, list[str]]:
    wanted = make_paper()
    with office.app_context():
        book = paper.to_book(wanted)
    return wanted, book, pages_of(book.pdf)


@pytest.fixture(scope="module")
def volume(office) -> tuple[Paper, PrintedGazette, list[str]]:
    """Three issues bound; the tables hold no categories, so these come by their code."""
    wanted = make_paper(make_part(9, 3), make_part(10, 4), make_part(11, 5))
    with office.app_context():
        book = paper.to_book(wanted)
    return wanted, book, pages_of(book.pdf)


def test_the_cover_says_which_issue_it_is(issue):
    _, _, pages = issue
    for words in ("青禾县人民政府公报", "第11期", "2026年11月", "总第31期", "青禾县人民政府办公室"):
        assert words in pages[0]


def test_every_text_begins_on_the_page_its_line_in_the_contents_names(issue):
    wanted, book, pages = issue
    front = pages[: book.front]
    for piece in wanted.pieces:
        number = contents_of(front, piece.title)
        begins = pages[book.front + number - 1]
        assert piece.title in begins
        assert book.places[piece.place] == number
    number = contents_of(front, "本月废止、失效文件目录")
    assert "本月废止、失效文件目录" in pages[book.front + number - 1]


def test_page_numbers_begin_with_the_first_text_and_lie_outside(issue):
    _, book, pages = issue
    assert book.front % 2 == 0, "page 1 lies on the right"
    printed = [NUMBER.findall(text)[-1:] for text in pages]
    assert printed[: book.front] == [[]] * book.front
    assert printed[book.front :] == [[str(n)] for n in range(1, book.pages - book.front + 1)]


def test_texts_stand_under_their_headings_in_the_order_of_the_gazette(issue):
    _, book, pages = issue
    words = "".join(pages[: book.front])
    places = [words.index(name) for name in ("县政府文件", "县政府办公室文件", "人事任免", "其他")]
    assert places == sorted(places)


def test_every_word_of_every_text_is_printed(issue):
    wanted, book, pages = issue
    for piece in wanted.pieces:
        first = book.places[piece.place]
        following = [n for n in book.places.values() if n > first]
        text = "".join(pages[book.front + first - 1 : book.front + min(following) - 1])
        body = re.sub(r"<[^>]+>|\s", "", piece.body)
        assert body in NUMBER.sub("", text)


def test_repeals_expiries_and_the_colophon_close_it(issue):
    wanted, _, pages = issue
    last = pages[-1]
    for change in wanted.changes:
        assert change.title + ("（补登）" if change.late else change.document_number) in last
        assert change.since_on.isoformat() in last
    assert "废止" in last and "失效" in last
    for words in ("编辑出版", "2026年第11期（总第31期）", "2026年11月22日", wanted.statement):
        assert words in last


def test_what_the_paper_says_is_attached_for_machines(issue):
    wanted, book, _ = issue
    assert data_of(book.pdf) == paper.said_of(wanted, book.places).text
    assert is_archival(book.pdf)


def test_the_same_records_give_the_same_bytes(office, issue):
    wanted, book, _ = issue
    with office.app_context():
        assert paper.to_book(wanted).pdf == book.pdf


def test_a_text_without_number_and_a_gazette_without_repeals(office):
    piece = make_piece(1, document_number="")
    part = make_part(11, 1)
    lone = make_paper(
        type(part)(part.key, part.number, part.total, part.month, 1, part.content_hash, (piece,)),
        changes=0,
    )
    with office.app_context():
        words = "".join(pages_of(paper.to_book(lone).pdf))
    assert "废止" not in words
    assert "〔2026〕" not in words


# The bound volume


def test_a_bound_volume_counts_its_pages_through(volume):
    _, book, pages = volume
    printed = [NUMBER.findall(text)[-1:] for text in pages[book.front :]]
    assert printed == [[str(n)] for n in range(1, book.pages - book.front + 1)]


def test_a_bound_volume_holds_every_issue_with_a_page_of_its_own(volume):
    wanted, book, pages = volume
    for part in wanted.parts:
        number = book.places[part.place]
        assert f"2026年第{part.number}期" in pages[book.front + number - 1]
        line = f"第{part.number}期（总第{part.total}期）{part.month.month}月"
        assert contents_of(pages[: book.front], line) == number


def test_the_index_names_every_text_three_times_with_its_page(volume):
    wanted, book, pages = volume
    start = book.front + book.places["index"] - 1
    words = "".join(pages[start:])
    parts = re.split("一、分类索引|二、文号索引|三、标题索引", words)
    assert len(parts) == 4
    for piece in wanted.pieces:
        page = book.places[piece.place]
        for part in (parts[1], parts[3]):
            found = re.findall(re.escape(piece.title) + r"(?:（[^）]*）)?[·….]*(\d+)", part)
            assert str(page) in found, (piece.title, page)
        if piece.document_number:
            found = re.findall(
                re.escape(piece.document_number + piece.title) + r"[·….]*(\d+)", parts[2]
            )
            assert str(page) in found


def test_the_year_s_repeals_are_listed(volume):
    wanted, book, pages = volume
    listed = pages[book.front + book.places["changes"] - 1]
    assert "本年废止、失效文件目录" in listed
    assert all(change.title in listed for change in wanted.changes)


def test_document_numbers_are_in_the_order_of_their_numbers():
    pieces = tuple(make_piece(n, document_number=f"青政发〔2026〕{n}号") for n in (10, 9, 100, 1))
    part = make_part(11, 1)
    wanted = make_paper(type(part)("k", 1, 1, date(2026, 1, 1), 1, "", pieces))
    assert [piece.public_id for piece in index.by_number(wanted)] == [1, 9, 10, 100]


def test_titles_are_in_the_order_of_their_pinyin():
    titles = ("关于森林防火的通知", "关于安全生产的通知", "关于防汛工作的通知")
    pieces = tuple(make_piece(n, title=title) for n, title in enumerate(titles, 1))
    part = make_part(11, 1)
    wanted = make_paper(type(part)("k", 1, 1, date(2026, 1, 1), 1, "", pieces))
    assert [piece.title[2] for piece in index.by_title(wanted)] == ["安", "防", "森"]
