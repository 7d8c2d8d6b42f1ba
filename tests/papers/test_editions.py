"""Editions of every kind: what was frozen long ago reads back, and is downloaded as it was kept."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from county_portal.core.errors import Missing
from county_portal.models import (
    Blob,
    DepositLetterPaper,
    DepositPackage,
    Edition,
    GazetteEdition,
    MadeReport,
    PrintedBriefing,
    ReturnForm,
)
from county_portal.models import MadeCircular as CircularRow
from county_portal.office.base import files
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from county_portal.papers.briefings import content
from county_portal.papers.figures import figures

FROZEN_IN_THE_FIRST_FORM = (
    '{"contents":true,"copies":80,"dated_on":"2026-03-09","foot_numbered":false,"form":1,'
    '"issue_to":"各乡镇","mark":"","masthead":"青禾县政务信息","note":"","number":{"number":3,'
    '"total":103,"year":2026},"office":"青禾县人民政府办公室","pieces":[{"body":"",'
    '"content_hash":"","id":1,"item":null,"kind":"heading","pictures":[],"revision":null,'
    '"title":"春耕","unit":""},{"body":"<p>一</p>","content_hash":"' + "ab" * 32 + '","id":2,'
    '"item":7,"kind":"entry","pictures":[["k1","' + "cd" * 32 + '"]],"revision":2,'
    '"title":"备耕","unit":"农业农村局"}],"report_to":"市政府办公室","send_to":"",'
    '"special":false}'
)
ITS_HASH = "89cfba635e19cbcc53829e4825e8aa94c3a953e51c96cd36499b2ccf50c28bee"
ONE, TWO, THREE = "1a" * 32, "2b" * 32, "3c" * 32


@dataclass(frozen=True)
class Line:
    """What a report could hold."""

    on: date
    share: Decimal | None


def test_a_briefing_frozen_in_the_first_form_reads_back_and_has_its_hash() -> None:
    said = content.read_content(FROZEN_IN_THE_FIRST_FORM)
    assert said.number == content.IssueNumber(2026, 3, 103)
    assert said.dated_on == date(2026, 3, 9)
    assert said.pieces[1].pictures == (("k1", "cd" * 32),)
    assert said.as_json() == FROZEN_IN_THE_FIRST_FORM
    assert content.content_hash(FROZEN_IN_THE_FIRST_FORM) == ITS_HASH


def test_figures_are_spelled_and_hashed_as_they_always_were() -> None:
    line = Line(date(2026, 3, 9), Decimal("33.30"))
    text = '{"figures":{"on":"2026-03-09","share":"33.30"},"kind":"Line"}'
    assert figures.as_json(line) == text
    assert figures.read_figures(Line, text) == line
    digest = "392bd18b39af7436e21e6fe46b24135d9fcbf6d17b93cf192ae88e9aeb5ec71c"
    assert figures.figures_hash(text) == digest


@pytest.mark.parametrize(
    ("edition", "kept"),
    [
        (MadeReport(pdf=ONE, xlsx=TWO), {"pdf": ONE, "xlsx": TWO}),
        (
            MadeReport(pdf=ONE, xlsx=TWO, returns=ReturnForm(pdf=THREE)),
            {"pdf": ONE, "xlsx": TWO, "return": THREE},
        ),
        (CircularRow(pdf=ONE, docx=TWO), {"pdf": ONE, "docx": TWO}),
        (PrintedBriefing(pdf=ONE, docx=TWO), {"pdf": ONE, "docx": TWO}),
        (GazetteEdition(pdf=ONE), {"pdf": ONE}),
        (DepositPackage(blob=ONE), {"zip": ONE}),
        (DepositLetterPaper(blob=ONE), {"pdf": ONE}),
    ],
)
def test_every_kind_has_its_forms_and_no_other(edition: Edition, kept: dict[str, str]) -> None:
    assert edition.files == kept


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("pdf", "application/pdf"),
        ("return", "application/pdf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
@pytest.mark.parametrize(("shown", "placed"), [(True, "inline"), (False, "attachment")])
def test_a_download_is_the_kept_bytes_with_name_and_type(
    office: Flask,
    form: str,
    media_type: str,
    shown: bool,  # noqa: FBT001
    placed: str,
) -> None:
    with office.test_request_context(), editions.storing():
        forms = ("pdf", "xlsx", "return")
        sums = editions.register_files({one: files.keep_bytes(one.encode()) for one in forms})
        made = MadeReport(pdf=sums["pdf"], xlsx=sums["xlsx"])
        made.returns = ReturnForm(pdf=sums["return"])
        answer = editions.download(made, form, "monthly.pdf", shown=shown)
        assert b"".join(answer.iter_encoded()) == form.encode()
        answer.close()
        assert db.session.get_one(Blob, sums[form]).media_type == media_type
        db.session.rollback()
    assert answer.mimetype == media_type
    assert answer.get_etag()[0] == sums[form]
    assert answer.headers["Content-Disposition"] == f"{placed}; filename=monthly.pdf"


@pytest.mark.parametrize("edition", [None, CircularRow(pdf=ONE, docx=TWO)])
def test_what_was_not_made_is_missing(edition: Edition | None) -> None:
    with pytest.raises(Missing):
        editions.download(edition, "xlsx", "a.xlsx")
