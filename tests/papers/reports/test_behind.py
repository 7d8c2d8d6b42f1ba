"""Behind each figure lie as many items as it says, and nobody sees an item that is not theirs."""

from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from county_portal.core import clock
from county_portal.core.errors import Missing, NotAllowed
from county_portal.models import Item, MadeReport, Person, Role, State
from county_portal.office.base.extensions import db
from county_portal.papers.figures.periods import Period
from county_portal.papers.reports import drill_down, services
from tests.cast import Cast
from tests.factories import make_item, make_person
from tests.page import Page
from tests.papers.reports.county import random_county

Browse = Callable[[Person | None], Page]
LATER = "2026-07-10T09:00"


def made_of(code: str) -> MadeReport:
    with clock.frozen(LATER):
        return kept(Period.named(code))


def kept(period: Period) -> MadeReport:
    made = services.make_report(period, annex=False)
    db.session.commit()
    return made


@pytest.mark.parametrize("code", ["2026-03", "2026-Q2"])
def test_every_figure_is_the_number_of_items_behind_it(
    app: Flask, browse: Browse, code: str
) -> None:
    """Every link of the page, asked for once."""
    random_county(1)
    clerk = make_person("", Role.OFFICE_CLERK)
    made = made_of(code)
    with clock.frozen(LATER):
        page = browse(clerk).get(f"/reports/{made.id}")
        links = page.select(f"main a[href^='/reports/{made.id}/items/']")
        figures = set()
        for link in links:
            parts = urlsplit(str(link["href"]))
            figure = parts.path.rsplit("/", 1)[1]
            query = parse_qs(parts.query, keep_blank_values=True)
            narrowed = {name: words[0] for name, words in query.items()}
            found = drill_down.find_counted(made, figure, narrowed, page=1, by=clerk)
            assert str(found.total) == link.text.strip(), link["href"]
            assert len(found.rows) == min(found.total, drill_down.PER_PAGE)
            figures.add(figure)
    assert figures >= {"submitted", "published", "on_time", "late", "returned", "declined"}
    assert figures >= {"corrected", "overdue", "reviewed", "release"}
    assert len(links) > 60


def test_all_pages_together_hold_every_item_once(app: Flask) -> None:
    random_county(1)
    clerk, made = make_person("", Role.OFFICE_CLERK), made_of("2026-Q1")
    with clock.frozen(LATER):
        pages = [
            drill_down.find_counted(made, "submitted", {}, page=n, by=clerk) for n in (1, 2, 3)
        ]
    assert pages[0].has_more
    listed = [line.item.id for page in pages[: pages[0].last] for line in page.rows]
    assert len(listed) == len(set(listed)) == pages[0].total
    assert pages[2].number == pages[0].last, "a page that does not exist is the last one"


def test_the_page_names_the_items_and_leads_to_them(cast: Cast, browse: Browse) -> None:
    item = make_item(cast.lin, state=State.PUBLISHED, title="Dikes checked")
    make_item(cast.ma, state=State.PUBLISHED, title="Seed given out")
    made = kept(Period(date(2026, 3, 1)))
    page = browse(cast.he).get(f"/reports/{made.id}/items/published?unit=W01")
    assert page.h1.text == "Published, 2026-03"
    (line,) = page.select("tbody tr")
    assert line.a["href"] == f"/items/{item.id}" or line.a["href"].endswith(f"/{item.id}")
    assert "Dikes checked" in line.text
    empty = browse(cast.he).get(f"/reports/{made.id}/items/withdrawn")
    assert "Nothing is counted here by now." in empty.text


def test_drafts_are_behind_no_figure(cast: Cast) -> None:
    draft = make_item(cast.lin, title="A draft", formed_on=date(2026, 1, 5))
    make_item(cast.lin, state=State.SUBMITTED, formed_on=date(2026, 1, 5))
    made = kept(Period(date(2026, 3, 1)))
    seen: set[int] = set()
    for figure in drill_down.FIGURES:
        found = drill_down.find_counted(made, figure, {}, page=1, by=cast.he)
        assert len(found.rows) == found.total
        seen |= {line.item.id for line in found.rows}
    assert draft.id not in seen
    assert len(seen) == db.session.query(Item).count() - 1


@pytest.mark.parametrize("name", ["lin", "zhou", "wu", "sys", "sec", "aud"])
def test_nobody_looks_behind_a_figure_who_may_not_read_reports(cast: Cast, name: str) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    made = kept(Period(date(2026, 3, 1)))
    with pytest.raises(NotAllowed):
        drill_down.find_counted(made, "published", {}, page=1, by=getattr(cast, name))


def test_what_no_report_counts_is_missing(cast: Cast, browse: Browse) -> None:
    make_item(cast.lin, state=State.PUBLISHED)
    made = kept(Period(date(2026, 3, 1)))
    with pytest.raises(Missing):
        drill_down.find_counted(made, "secrets", {}, page=1, by=cast.he)
    clerk = browse(cast.he)
    address = f"/reports/{made.id}/items/published"
    clerk.get(f"/reports/{made.id}/items/secrets", status=404)
    clerk.get(f"/reports/{made.id + 1}/items/published", status=404)
    clerk.get(f"{address}?when=nonsense", status=404)
    for query in ("unit=X", "column=X", "category=X", "took=X", "ground=X"):
        assert "Nothing is counted here by now." in clerk.get(f"{address}?{query}").text
    assert db.session.scalars(select(MadeReport)).all()
