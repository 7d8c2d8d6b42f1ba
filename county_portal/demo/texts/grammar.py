"""A small grammar of official texts.

`{a|b}` is one of several wordings. `[name]` is something the county has: a township, a figure,
a day. A name that ends in a digit, as `[village1]`, stays the same throughout the text.
`[3..9]` and `[1.5..9.5]` are figures in a range; `[day+5]`, `[md-3]` and `[month-1]` are reckoned
from the day on which the text is formed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape, unescape
from random import Random

from county_portal.demo.people import DEPARTMENTS, TOWNSHIPS

VILLAGES = (
    "清溪村 东塘村 石门村 荷花村 桃园村 长岭村 柳坝村 新塘村 双桥村 竹林村 南岸村 北坡村 "
    "银杏村 茶亭村 老井村 白马村 凤凰村 红旗村 大湾村 小河村 龙泉村 青石村 云峰村 梅子村"
).split()
ROADS = "禾丰路 青云路 滨河大道 学府路 建设路 柳溪路 迎宾大道 文昌街 新民路 禾苑路".split()
CROPS = "水稻 油菜 茶叶 柑橘 蔬菜 食用菌 中药材 马铃薯 葡萄 优质稻".split()
PROJECTS = (
    "禾水河综合治理工程 县城老旧小区改造工程 柳溪灌区节水改造工程 青禾大桥维修加固工程 "
    "县城污水处理厂提标工程 农村公路安全提升工程 高标准农田建设项目 县中医院门诊楼项目 "
    "乡镇养老服务中心项目 县城供水管网改造工程 食品产业园标准厂房项目 城乡客运枢纽站项目 "
    "石桥水库除险加固工程 县第三小学新建项目 农产品冷链物流中心项目"
).split()
COMPANIES = (
    "青禾某建筑工程有限公司 青禾某食品有限公司 青禾某餐饮服务部 青禾某农业发展有限公司 "
    "青禾某物业服务有限公司 青禾某建材经营部 青禾某商贸有限公司 青禾某运输有限公司 "
    "青禾某机械加工厂 青禾某超市 青禾某化妆品店 青禾某养殖专业合作社"
).split()
LISTS: dict[str, Sequence[str]] = {
    "town": [row[0] for row in TOWNSHIPS],
    "dept": [row[0] for row in DEPARTMENTS[1:]],
    "village": VILLAGES,
    "road": ROADS,
    "crop": CROPS,
    "project": PROJECTS,
    "company": COMPANIES,
    "han": "一 二 三 四 五 六 七 八".split(),
    "district": "东城社区 西城社区 滨河社区 学府社区 禾苑社区 迎宾社区".split(),
    "school": "县第一小学 县第二小学 县实验小学 柳溪镇中心小学 石桥镇中心小学 县第二中学".split(),
}
# What belongs to a month of the year, January first.
SEASONS = {
    "holiday": "春节 春节 清明节 劳动节 端午节 端午节 暑期 中秋节 国庆节 国庆节 元旦 元旦".split(),
    "weather": (
        "寒潮 低温雨雪冰冻,寒潮 森林火险,森林火险 大风,大风 暴雨,暴雨 雷电,暴雨 强对流,高温 暴雨,"
        "高温 暴雨,暴雨 大风,大雾 森林火险,大雾 寒潮,寒潮 低温雨雪冰冻"
    ).split(","),
    "farming": (
        "冬季田间管理,备春耕,春耕备耕,春季植树,早稻插秧,夏收夏种,早稻收割,晚稻田间管理,秋粮收割,"
        "秋冬种,油菜移栽,冬季农田水利"
    ).split(","),
    "guard": (
        "低温雨雪防范,森林防火,森林防火,防汛备汛,防汛备汛,防汛抗旱,防汛抗旱,防溺水,森林防火,"
        "森林防火,森林防火,冬春火灾防控"
    ).split(","),
}
_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[([^\[\]]+)\]")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)")
_DAY = re.compile(r"(day|md|month|year)([+-]\d+)?")


@dataclass(frozen=True)
class Table:
    """A table to be filled. rows: fewest and most. total: columns that are added up below."""

    caption: str
    head: tuple[str, ...]
    row: tuple[str, ...]
    rows: tuple[int, int] = (5, 10)
    total: tuple[int, ...] = ()


@dataclass(frozen=True)
class Topic:
    """One kind of text.

    units: short names, or all, townships, departments, bodies. blocks: paragraphs; those that
    begin with `# ` are headings, with `- ` list lines, with `? ` are there in half of the texts.
    number: the series of its document numbers. files: names of papers that go with it.
    """

    column: str
    units: tuple[str, ...]
    titles: tuple[str, ...]
    keywords: str
    blocks: tuple["str | Table", ...]
    category: str = ""
    number: str = ""
    files: tuple[str, ...] = ()
    signed: bool = False
    weight: int = 10


@dataclass(frozen=True)
class DemoText:
    """What an author types, before anybody has corrected it."""

    title: str
    summary: str
    keywords: str
    body: str
    document_number: str


@dataclass
class Speaker:
    """Speaks one text: knows its unit, its day, and what it has already named."""

    rng: Random
    unit: str
    short: str
    formed_on: date
    named: dict[str, str] = field(default_factory=dict)

    def say(self, template: str) -> str:
        """Return the template with one wording chosen and every name filled in."""
        while _CHOICE.search(template):
            template = _CHOICE.sub(lambda m: self.rng.choice(m[1].split("|")), template)
        return _SLOT.sub(self._fill, template)

    def _fill(self, match: re.Match[str]) -> str:
        name = match[1]
        if name[-1].isdigit() and name[:-1] in LISTS:
            if name not in self.named:
                self.named[name] = self.rng.choice(LISTS[name[:-1]])
            return self.named[name]
        if name in LISTS:
            return self.rng.choice(LISTS[name])
        return self._reckon(name)

    def _reckon(self, name: str) -> str:
        if match := _RANGE.fullmatch(name):
            return self._figure(match[1], match[2])
        if match := _DAY.fullmatch(name):
            return self._day(match[1], int(match[2] or 0))
        if name in SEASONS:
            return self.rng.choice(SEASONS[name][self.formed_on.month - 1].split())
        fixed = {
            "unit": self.unit,
            "short": self.short,
            "phone": self._phone(),
            "yyyy": str(self.formed_on.year),
        }
        return fixed[name]

    def _figure(self, low: str, high: str) -> str:
        if "." not in low:
            return str(self.rng.randint(int(low), int(high)))
        places = len(low.split(".")[1])
        return f"{self.rng.uniform(float(low), float(high)):.{places}f}"

    def _day(self, kind: str, shift: int) -> str:
        if kind == "year":
            return f"{self.formed_on.year + shift}年"
        if kind == "month":
            months = self.formed_on.year * 12 + self.formed_on.month - 1 + shift
            return f"{months // 12}年{months % 12 + 1}月"
        day = self.formed_on + timedelta(days=shift)
        return (
            f"{day.year}年{day.month}月{day.day}日"
            if kind == "day"
            else f"{day.month}月{day.day}日"
        )

    def _phone(self) -> str:
        """Return a number that rings nowhere: no county has the area code 0000."""
        return f"0000-0000{self.rng.randint(0, 999):03d}"


def speak(topic: Topic, speaker: Speaker, number: str = "") -> DemoText:
    """Return a text on the topic. number: its document number, if it bears one."""
    title = speaker.say(speaker.rng.choice(topic.titles))
    chosen = [block for block in topic.blocks if _kept(block, speaker.rng)]
    parts = [_block(block, speaker) for block in chosen]
    if topic.signed:
        parts += [f"<p>{escape(speaker.unit)}</p>", f"<p>{speaker.say('[day]')}</p>"]
    paragraphs = (part for part in parts if part.startswith("<p>") and not part.endswith("：</p>"))
    first = next(paragraphs).removeprefix("<p>").removesuffix("</p>")
    return DemoText(
        title=title,
        summary=summary_of(title, first),
        keywords=speaker.say(topic.keywords),
        body=_joined(parts),
        document_number=number,
    )


def _kept(block: "str | Table", rng: Random) -> bool:
    return isinstance(block, Table) or not block.startswith("? ") or rng.random() < 0.5


def _block(block: "str | Table", speaker: Speaker) -> str:
    if isinstance(block, Table):
        return _table(block, speaker)
    block = block.removeprefix("? ")
    for mark, tag in (("# ", "h2"), ("## ", "h3"), ("- ", "li")):
        if block.startswith(mark):
            return f"<{tag}>{escape(speaker.say(block.removeprefix(mark)))}</{tag}>"
    return f"<p>{escape(speaker.say(block))}</p>"


def _joined(parts: list[str]) -> str:
    """Return the blocks in order; list lines that follow one another are one list."""
    html = "".join(parts)
    return re.sub(r"(?:<li>.*?</li>)+", lambda lines: f"<ul>{lines[0]}</ul>", html)


def _table(table: Table, speaker: Speaker) -> str:
    count = speaker.rng.randint(*table.rows)
    makers = [_cells(cell, count, speaker) for cell in table.row]
    rows = [[str(make(n)) for make in makers] for n in range(count)]
    if table.total:
        rows.append(_total(rows, table.total))
    head = "".join(f'<th scope="col">{escape(speaker.say(word))}</th>' for word in table.head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    caption = escape(speaker.say(table.caption))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _cells(cell: str, count: int, speaker: Speaker) -> Callable[[int], object]:
    """Build what fills one column of the table: `[i]` counts, `[town!]` repeats no township."""
    if cell == "[i]":
        return lambda n: n + 1
    if cell.endswith("!]"):
        names = list(LISTS[cell[1:-2]])
        shuffled = speaker.rng.sample(names, len(names))
        return lambda n: shuffled[n % len(shuffled)]
    return lambda _n: speaker.say(cell)


def _total(rows: list[list[str]], columns: tuple[int, ...]) -> list[str]:
    """Return the last row: sums, with as many decimals as the figures above them."""
    last = [""] * len(rows[0])
    last[0] = "合计"
    for column in columns:
        places = len(rows[0][column].partition(".")[2])
        last[column] = f"{sum(float(row[column]) for row in rows):.{places}f}"
    return last


def summary_of(title: str, first: str) -> str:
    """Return the first paragraph, whole sentences up to 100 characters; failing that, the title."""
    text = unescape(first)
    if len(text) <= 100:
        return text
    ends = [mark.end() for mark in re.finditer("[。；]", text) if mark.end() <= 100]
    return text[: ends[-1]] if ends else title


def file_name(paper: str, title: str) -> str:
    """Return what the author calls the file that goes with a text of this title."""
    return FILE_NAMES[paper.rstrip("0123456789")].replace("TITLE", title[:30])


FILE_NAMES = {
    "document": "TITLE.pdf",
    "form": "申请表.pdf",
    "notes": "填报说明.pdf",
    "list": "名单.xlsx",
    "figures": "统计表.xlsx",
    "budget": "预算公开表.xlsx",
    "plan": "示意图.png",
    "scene": "配图.jpg",
    "chart": "数据图.png",
    "original": "正文.docx",
}
