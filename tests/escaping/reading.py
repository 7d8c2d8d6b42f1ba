"""What stands in an answer, whichever kind of file it is: as words, and as markup."""

import csv
import io
import zipfile
from collections.abc import Iterable
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pypdfium2
from bs4 import BeautifulSoup, Tag
from openpyxl import load_workbook

from tests.escaping.corpus import EVALUATED, MARK, Corpus
from tests.escaping.visits import Answer

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES = {"image/png"}
HYPHEN = "\ufffe"  # what the reader of PDF says for one at the end of a line
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Reading:
    """The words of one answer, and what in it has come alive."""

    def __init__(self, answer: Answer, corpus: Corpus) -> None:
        self.corpus, self.name = corpus, answer.name
        self.codes: set[str] = set()
        self.faults: list[str] = []
        if answer.media_type == "text/html":
            self._page(answer.soup)
        else:
            self._read(answer.media_type, answer.data)

    def _read(self, media_type: str, data: bytes) -> None:
        readers = {
            "text/csv": self._table,
            "text/plain": self._plain,
            "application/xml": self._xml,
            "application/atom+xml": self._xml,
            "application/pdf": self._paper,
            "application/zip": self._archive,
            WORD: self._word,
            WORKBOOK: self._workbook,
        }
        if media_type in readers:
            readers[media_type](data)
        elif media_type not in PICTURES:
            self.faults.append(f"{self.name}: nobody reads {media_type}")

    def _paper(self, data: bytes) -> None:
        self._words(pdf_words(data), squeezed=True)

    def _plain(self, data: bytes) -> None:
        self._words([data.decode("utf-8")], mangled=True)

    def _table(self, data: bytes) -> None:
        for row in csv.reader(io.StringIO(data.decode("utf-8"))):
            self._words(row, mangled=True)

    def _words(
        self, texts: Iterable[str], *, squeezed: bool = False, mangled: bool = False
    ) -> None:
        """Judge the texts. mangled: names of files stand among them, without some signs."""
        for text in texts:
            self.codes |= self.corpus.codes_in(text)
            wrong = [] if mangled else self.corpus.mangled(text, squeezed=squeezed)
            self.faults += [f"{self.name}: reads {one}" for one in wrong]
            if EVALUATED.search(text):
                self.faults.append(f"{self.name}: a template was evaluated: {text[:200]}")

    # HTML

    def _page(self, soup: BeautifulSoup) -> None:
        for tag in soup.descendants:
            if isinstance(tag, Tag):
                self._tag(tag)
        for source in soup.find_all("textarea", attrs={"name": "body"}):
            self._words([BeautifulSoup(source.text, "lxml").get_text()])  # markup, as its source
            source.string = ""
        self._words([soup.get_text()])

    def _tag(self, tag: Tag) -> None:
        names = [tag.name, *tag.attrs]
        acts = [name for name in tag.attrs if name.startswith(("on", "hx-on"))]
        if acts or any(MARK in name for name in names):
            self.faults.append(f"{self.name}: {str(tag)[:200]}")
        if tag.name in {"script", "style"} and MARK in tag.text:
            self.faults.append(f"{self.name}: in a script: {tag.text[:200]}")
        for name, value in tag.attrs.items():
            text = str(value)
            is_address = name in {"href", "src", "action"} or name.startswith("hx-")
            if is_address and text.strip().startswith("javascript:"):
                self.faults.append(f"{self.name}: {text[:200]}")
            self._words([unquote(text.replace("+", " ")) if is_address else text])

    # XML, and what is made of it

    def _xml(self, data: bytes) -> None:
        for element in ET.fromstring(data).iter():
            names = [str(element.tag), *element.attrib]
            if any(MARK in name for name in names):
                self.faults.append(f"{self.name}: <{element.tag}>")
            self._words([element.text or "", element.tail or "", *element.attrib.values()])

    def _archive(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                media_type = KINDS.get(name.rpartition(".")[2], name)
                self._read(media_type, packed.read(name))

    def _word(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                if name.endswith(".xml"):
                    root = ET.fromstring(packed.read(name))
                    marked = [one.tag for one in root.iter() if MARK in str(one.tag)]
                    self.faults += [f"{self.name}: <{tag}>" for tag in marked]
                    self._words(map(_run_of_words, root.iter(f"{W}p")), squeezed=True)

    def _workbook(self, data: bytes) -> None:
        book = load_workbook(io.BytesIO(data))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        self.faults.append(f"{self.name}: a formula: {cell.value}")
                    self._words([str(cell.value or "")])


KINDS = {
    "pdf": "application/pdf",
    "xlsx": WORKBOOK,
    "docx": WORD,
    "json": "text/plain",
    "txt": "text/plain",
}


def _run_of_words(paragraph: ET.Element) -> str:
    return "".join(one.text or "" for one in paragraph.iter(f"{W}t"))


def pdf_words(data: bytes) -> list[str]:
    """The words of all pages in a row, and what the file says of itself."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [
            document[number].get_textpage().get_text_range() for number in range(len(document))
        ]
        words = "".join(pages).replace(HYPHEN, "-")
        return [words, *document.get_metadata_dict().values()]
    finally:
        document.close()
