"""`flask reports monthly`: the same report as in the office."""

from pathlib import Path

from flask import Flask

from county_portal.models import MadeReport, State
from county_portal.office.base.extensions import db
from county_portal.office.desk import editions
from tests.cast import Cast
from tests.factories import make_item


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=["reports", "monthly", *words])
    db.session.expire_all()
    return done.exit_code, done.output


def test_the_command_writes_what_the_office_keeps(app: Flask, cast: Cast, tmp_path: Path) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    pdf, book = tmp_path / "out.pdf", tmp_path / "out.xlsx"
    code, words = run(app, "2026-03", str(pdf))
    assert (code, words) == (0, f"{pdf}: 1 submitted, 1 published\n")
    assert run(app, "2026-03", str(book))[0] == 0
    (made,) = db.session.query(MadeReport).all()
    assert pdf.read_bytes() == editions.file_of(made, "pdf")[0].read_bytes()
    assert book.read_bytes() == editions.file_of(made, "xlsx")[0].read_bytes()
    assert made.made_by is None


def test_a_month_to_come_is_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    code, words = run(app, "2026-04", str(tmp_path / "out.pdf"))
    assert code == 1
    assert "This period has not begun yet" in words
    assert not (tmp_path / "out.pdf").exists()


def test_another_kind_of_file_is_refused(app: Flask, cast: Cast, tmp_path: Path) -> None:
    code, words = run(app, "2026-03", str(tmp_path / "out.docx"))
    assert code == 2
    assert "must end in .pdf or .xlsx" in words
