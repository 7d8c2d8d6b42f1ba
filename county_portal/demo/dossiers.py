"""An item while its story is told: its words as they stand, and what is sent with the form."""

from dataclasses import dataclass, field, replace
from typing import Any

from county_portal.demo.county import County
from county_portal.demo.plans import ItemPlan
from county_portal.demo.remarks import Flaw, spoilt
from county_portal.demo.texts.grammar import DemoText
from county_portal.editorial.items.manifest import Draft
from county_portal.models import Attribute, Item, State

PICTURED = "配图：田野、河流与远山"


@dataclass
class Dossier:
    """An item while its story is told."""

    plan: ItemPlan
    item: Item
    text: DemoText
    flaws: list[Flaw]
    picture: str = ""
    revision: int = 0  # id of the current one
    hash: str = ""
    newest: int = 0  # number of the newest revision
    sign_off: int = 0
    issuer: int = 0
    live: dict[str, Any] = field(default_factory=dict)


def dossier_text(dossier: Dossier) -> DemoText:
    """Return the text as it stands now: with the flaws nobody has found yet, and its picture."""
    text = spoilt(dossier.text, dossier.flaws)
    if dossier.picture:
        picture = f'<p><img src="attachment:{dossier.picture}" alt="{PICTURED}"></p>'
        text = replace(text, body=text.body.replace("</p>", f"</p>{picture}", 1))
    return text


def draft_of(dossier: Dossier, county: County) -> Draft:
    """Return what the author or the editor sends with the form."""
    plan, text = dossier.plan, dossier_text(dossier)
    category = county.category_of(plan)
    return Draft(
        title=text.title,
        column_id=county.columns[plan.topic.column].id,
        category_id=category.id if category else None,
        attribute=plan.attribute,
        ground=plan.ground if plan.attribute is not Attribute.PROACTIVE else None,
        ground_note=county.ground_note(plan),
        formed_on=plan.formed_on,
        document_number=text.document_number,
        responsible_unit_id=county.units[plan.unit.code].id,
        origin=plan.origin,
        source=plan.source,
        summary=text.summary,
        keywords=text.keywords,
        body=text.body,
        note=plan.note,
    )


def repair(dossier: Dossier) -> None:
    """Put right what came back: take out the first of its flaws. A draft keeps them all."""
    if dossier.item.state is not State.DRAFT and dossier.flaws:
        dossier.flaws.pop(0)
