"""An invented issue and an invented year, as the records would give them."""

from datetime import date

from county_portal.papers.gazettes.contents import GazettePart, GazettePiece, Paper
from county_portal.papers.gazettes.records import ValidityChange

SECTIONS = ("county", "office", "personnel", "other")
TITLES = (
    "青禾县人民政府关于印发青禾县防汛抗旱应急预案的通知",
    "青禾县人民政府关于进一步加强农村饮水安全工程运行管理和水源保护工作的实施意见",
    "青禾县人民政府办公室关于做好秋季森林防火工作的通知",
    "青禾县人民政府关于王建国等同志职务任免的通知",
    "青禾县第三季度国民经济运行情况",
)
PARAGRAPH = (
    "各乡镇人民政府，县政府各部门、各直属单位：为深入贯彻落实上级决策部署，切实做好相关工作，"
    "保障人民群众生命财产安全，结合我县实际，现将有关事项通知如下。"
)


def make_piece(
    number: int, part: str = "2026-11", paragraphs: int = 8, **more: object
) -> GazettePiece:
    words = {
        "place": f"text-{part}-{number}",
        "part": part,
        "section": SECTIONS[(number - 1) % 4],
        "item_id": number,
        "revision_id": number,
        "content_hash": f"{number:064}",
        "public_id": number,
        "index_number": f"QH001/2026-{number:05}",
        "title": TITLES[(number - 1) % len(TITLES)],
        "document_number": f"青政发〔2026〕{number}号" if number % 4 else "",
        "unit": "青禾县人民政府办公室",
        "category": ("20-1", "20-12")[number % 2],
        "category_name": ("行政法规、规章和规范性文件", "突发公共事件的应急预案")[number % 2],
        "formed_on": date(2026, 11, 1 + number % 28),
        "body": "<h2>一、总体要求</h2>" + f"<p>{PARAGRAPH}</p>" * paragraphs,
        "files": (),
        **more,
    }
    return GazettePiece(**words)


def make_change(number: int) -> ValidityChange:
    return ValidityChange(
        state=("repealed", "expired")[number % 2],
        since_on=date(2026, 11, number),
        item_id=500 + number,
        revision_id=500 + number,
        public_id=500 + number,
        title=f"青禾县人民政府关于加强第{number}号工作的意见",
        document_number=f"青政发〔2019〕{number}号",
        by="青政发〔2026〕1号" if number % 2 == 0 else "",
        by_public_id=1 if number % 2 == 0 else None,
        by_item_id=1 if number % 2 == 0 else None,
        by_revision_id=1 if number % 2 == 0 else None,
        late=number == 1,
    )


def make_part(month: int, texts: int = 5, **more: object) -> GazettePart:
    key = f"2026-{month}"
    pieces = tuple(make_piece(n, key, 2 + n * 4, **more) for n in range(1, texts + 1))
    return GazettePart(key, month, 20 + month, date(2026, month, 1), month, f"{month:064}", pieces)


def make_paper(*parts: GazettePart, changes: int = 3) -> Paper:
    parts = parts or (make_part(11),)
    volume = len(parts) > 1
    return Paper(
        kind="volume" if volume else "issue",
        key="2026-volume" if volume else parts[0].key,
        name="青禾县人民政府公报",
        publisher="青禾县人民政府办公室",
        statement="本公报刊登的文件为标准文本，与本级政府网站公开发布的文本一致。",
        year=2026,
        month=date(2026, 1, 1) if volume else parts[0].month,
        number=0 if volume else parts[0].number,
        total=0 if volume else parts[0].total,
        made_on=date(2026, 11, 22),
        parts=parts,
        changes=tuple(make_change(n) for n in range(1, changes + 1)),
    )
