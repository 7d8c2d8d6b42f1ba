"""An invented county's public file for tests: 青禾县, its units, columns and entries."""

import hashlib
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from county_portal.published.items import ITEM, ItemManifest, PublicEntry
from county_portal.published.schema import (
    CategoryLine,
    ColumnLine,
    SiteData,
    UnitLine,
    Withdrawal,
)

SETTINGS = {
    "site_name": "青禾县人民政府",
    "site_domain": "www.qinghe.example",
    "site_id_code": "0000000000",
    "host_unit": "青禾县人民政府办公室",
    "contact": "青禾县政府办公室值班室",
}
UNITS = (
    UnitLine("QH001", "青禾县人民政府办公室", "department", 1),
    UnitLine("QH002", "青禾县水务局", "department", 2),
    UnitLine("QH003", "青禾县农业农村局", "department", 3),
    UnitLine("QH101", "河湾镇人民政府", "township", 101),
    UnitLine("QH102", "石桥乡人民政府", "township", 102),
)
COLUMNS = (
    ColumnLine("news", "新闻动态", None, "news", "青禾县的政务动态", "QH001", 1),
    ColumnLine("county-news", "青禾要闻", "news", "news", "县委县政府重要活动", "QH001", 2),
    ColumnLine("township-news", "乡镇动态", "news", "news", "各乡镇的工作动态", "QH001", 3),
    ColumnLine("notices", "通知公告", None, "notice", "面向公众的通知与公告", "QH001", 4),
    ColumnLine("disclosure", "政府信息公开", None, "disclosure", "法定主动公开内容", "QH001", 5),
    ColumnLine("policies", "政策文件", "disclosure", "policy", "规范性文件与解读", "QH001", 6),
    ColumnLine("budgets", "财政信息", "disclosure", "disclosure", "预算与决算", "QH003", 7),
    ColumnLine("interaction", "互动交流", None, "interaction", "征集与回应", "QH001", 8),
)
CATEGORIES = (
    CategoryLine("20-01", "行政法规、规章和规范性文件", "第二十条第一项", 1),
    CategoryLine("20-12", "突发公共事件的应急预案、预警信息及应对情况", "第二十条第十二项", 2),
)
SITE = SiteData(SETTINGS, UNITS, COLUMNS, CATEGORIES)
START = datetime(2025, 9, 1, 1, 0, tzinfo=UTC)
WORDS = (
    "防汛抗旱",
    "农田水利",
    "政务公开",
    "义务教育",
    "乡村振兴",
    "安全生产",
    "森林防火",
    "医疗保障",
    "道路养护",
    "住房保障",
    "社会救助",
    "粮食收购",
    "环境整治",
    "就业培训",
    "养老服务",
    "饮水安全",
    "土地流转",
    "项目建设",
    "招商引资",
    "应急演练",
)
MANY_CHARACTERS = range(0x4E00, 0x5000)
"""A source of words that are not in WORDS; nothing above 0x9000 is ever in a county."""


def make_manifest(number: int = 1, **more: object) -> str:
    """A manifest with a default for everything."""
    said: dict[str, object] = {
        "form": 1,
        "item": number,
        "revision": 1,
        "title": f"关于做好第{number}号防汛工作的通知",
        "summary": "汛期将至，请各单位落实值班制度。",
        "keywords": ["防汛", "值班"],
        "body": "<p>各乡镇人民政府：</p><p>请做好河道巡查，确保<strong>安全</strong>度汛。</p>",
        "column": {"slug": "notices", "name": "通知公告"},
        "category": {"code": "20-12", "name": "突发公共事件的应急预案、预警信息及应对情况"},
        "unit": {"code": "QH002", "name": "青禾县水务局"},
        "origin": "own",
        "source": "",
        "attribute": "proactive",
        "formed_on": "2025-08-29",
        "document_number": f"青水〔2025〕{number}号",
        "files": [],
        **more,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def make_entry(
    number: int = 1,
    *,
    published_at: datetime | None = None,
    corrected_at: datetime | None = None,
    **more: object,
) -> PublicEntry:
    """A signed entry; what is not said differs from its neighbours by number only."""
    manifest = make_manifest(number, **more)
    return PublicEntry(
        number,
        f"QH002/2025-{number:05}",
        manifest,
        ItemManifest.hash_of(manifest),
        published_at or START + timedelta(hours=number),
        corrected_at,
    )


def make_withdrawal(number: int = 1) -> Withdrawal:
    moment = START + timedelta(days=90, microseconds=1)
    return Withdrawal(ITEM.name, str(number), f"QH002/2025-{number:05}", moment, "内容有误")


def make_blob(
    blobs: Path,
    data: bytes,
    *,
    key: str = "0a1b2c3d",
    name: str = "附件一.pdf",
    media_type: str = "application/pdf",
    inline: bool = False,
) -> dict[str, object]:
    """Bytes among the stored files, and the line a manifest has for them."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = blobs / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {
        "key": key,
        "name": name,
        "media_type": media_type,
        "size": len(data),
        "sha256": sha256,
        "inline": inline,
    }


def make_county(count: int, *, characters: int = 600) -> list[PublicEntry]:
    """That many varied entries of about that length, the same every time."""
    chance = random.Random(20)
    return [_varied(number, chance, characters) for number in range(1, count + 1)]


def _varied(number: int, chance: random.Random, characters: int) -> PublicEntry:
    column, unit = chance.choice(COLUMNS), chance.choice(UNITS)
    category = chance.choice([*CATEGORIES, None])
    theme = chance.choice(WORDS)
    formed = date(2025, 8, 1) + timedelta(days=number % 420)
    return make_entry(
        number,
        published_at=START + timedelta(minutes=20 * number),
        title=f"{unit.name}关于{theme}工作情况的通报（第{number}期）",
        summary=f"本期通报{theme}与{chance.choice(WORDS)}的进展。",
        keywords=[theme, chance.choice(WORDS)],
        body=_varied_body(chance, characters),
        column={"slug": column.slug, "name": column.name},
        unit={"code": unit.code, "name": unit.name},
        category={"code": category.code, "name": category.name} if category else None,
        formed_on=formed.isoformat(),
        document_number=f"青通〔{formed.year}〕{number}号" if number % 3 else "",
    )


def _varied_body(chance: random.Random, characters: int) -> str:
    parts, length = [], 0
    while length < characters:
        said = "，".join(
            f"{chance.choice(WORDS)}{chance.choice('推进落实检查部署总结')}"
            f"{chr(chance.choice(MANY_CHARACTERS))}{chr(chance.choice(MANY_CHARACTERS))}"
            for _ in range(8)
        )
        parts.append(f"<p>{said}。</p>")
        length += len(said)
    return "".join(parts)
