"""The office's signature: it holds, and breaks with a byte."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from county_portal.core.errors import Refused
from county_portal.office.base import files
from county_portal.printing import pdf, signing
from county_portal.printing.process_pool import SheetOrder, set_sheets
from tests.keys import PASSWORD, make_key
from tests.printing.attached import data_of, is_archival

PAGE = '<!doctype html><html lang="zh-CN"><head><title>月报</title></head><body>%s</body></html>'


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def paper() -> bytes:
    sheets = set_sheets([SheetOrder(PAGE % "<p>公开三百件。</p>", Path("/nonexistent"))])
    return pdf.bound(sheets, attach='{"n":300}')


def is_intact(pdf: bytes) -> bool:
    """Whether it carries a signature, and nothing was changed since.

    Who signed is not judged here: the office's certificate may be its own.
    """
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    with ThreadPoolExecutor(1) as apart:
        judged = list(apart.map(lambda one: validate_pdf_signature(one, nobody), found))
    return bool(judged) and all(one.intact and one.valid for one in judged)


def test_a_signed_paper_is_intact_and_still_archival(paper, key):
    made = signing.sign_paper(paper, key, PASSWORD)
    assert is_intact(made)
    assert is_archival(made)
    assert data_of(made) == '{"n":300}'
    assert made.startswith(paper)  # signing adds, it rewrites nothing


def test_a_changed_byte_breaks_it(paper, key):
    made = bytearray(signing.sign_paper(paper, key, PASSWORD))
    place = bytes(made).index(b"/Title") + 12
    made[place] ^= 1
    assert not is_intact(bytes(made))


def test_a_paper_without_a_signature_is_not_called_intact(paper):
    assert not is_intact(paper)


def test_a_wrong_password_is_a_sentence(paper, key):
    with pytest.raises(Refused, match="password is wrong"):
        signing.sign_paper(paper, key, "wrong")


def test_the_signature_names_the_office(paper, key):
    with pikepdf.open(BytesIO(signing.sign_paper(paper, key, PASSWORD))) as document:
        (field,) = document.Root.AcroForm.Fields
        assert str(field.T) == signing.FIELD


def test_a_finished_paper_is_signed_when_the_office_has_a_key(app, paper, key, monkeypatch):
    plain = files.keep_paper(paper)
    assert plain.path.read_bytes() == paper
    monkeypatch.setattr(app.config["COUNTY"], "SIGNING_KEY", str(key))
    monkeypatch.setattr(app.config["COUNTY"], "SIGNING_PASSWORD", PASSWORD)
    assert is_intact(files.keep_paper(paper).path.read_bytes())
