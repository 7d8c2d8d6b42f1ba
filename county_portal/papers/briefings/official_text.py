"""Words as Chinese official paper wants them: signs, lines of a title, levels of headings.

Pure functions. What they change is changed on paper only, never in a record.
"""

import re
from collections.abc import Mapping
from itertools import combinations, pairwise

from county_portal.core.html.clean import with_addresses
from county_portal.core.html.tree import Element, Node, read_html, write_html

HAN = "\u2e80-\u2fdf\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
TITLE_WIDTH = 20.0  # characters of 22 pt in a line of 156 mm
LINE_BREAK = "|"  # typed into a title where its line shall end

_HAN = re.compile(f"[{HAN}”’]")
_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_SIGNS = re.compile(r"[,;:?!](?!/)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SECOND_LEVEL = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")
_FIRST_SENTENCE = re.compile(r"[^。！？]{1,40}[。！？]")
_A_SENTENCE = re.compile(r"[。！？；]|[，：]$")
LONGEST_HEADING = 40  # characters

_NOT_AT_THE_BEGINNING = frozenset("、，。；：？！”’》）】〕〉…—·,.;:?!)]%％℃")
_NOT_AT_THE_END = frozenset("“‘《（【〔〈([")
_GOOD_ENDS = frozenset("的和与及暨、，；：》”）")
_ONE_WORD = re.compile(r"[A-Za-z0-9.]")


# Words that titles of an office are full of: a line should not end inside one.
_OFFICE = """
安全 保护 保障 标准 部门 部署 超过 持续 创新 创造 促进 促成 打造 代表 调查
调研 动态 动员 督查 督导 发布 发展 防范 防汛 服务 扶贫 改革 改善 干部 高效
工程 工作 公共 公开 巩固 规范 规划 贯彻 管理 关于 化解 环境 会议 活动 活力
机制 激发 基层 技术 加快 加强 加大 监督 监管 检查 建立 建设 健康 健全 教育
解决 进展 精神 经济 经验 决定 开展 开放 抗旱 考核 科技 困难 扩大 乡村 振兴
落地 落实 旅游 民生 目标 能力 农村 农民 农业 排查 培训 平台 企业 启动 强化
清单 情况 全力 全面 全县 群众 人才 人民 任务 认真 设施 社会 社区 深化 深入
审批 生产 生态 生活 实施 实现 市场 事故 事项 试点 水利 水平 税收 提高 提升
推动 推广 推进 投资 通报 通知 同比 统筹 完成 完善 卫生 文化 文明 稳定 问题
污染 下达 先进 现场 项目 效能 效率 协调 信息 宣传 学习 巡查 业务 医疗 一步
以上 意见 隐患 应急 营商 优化 预案 预防 增长 增收 整改 整治 政策 政府 政务
知识 执法 执行 质量 治理 制度 秩序 重大 重点 主题 助力 专项 转型 资金 资源
综合 总结 组织 作风 座谈 召开 举行 举办 办公 公室 产业 粮食 就业 创业 社保
救助 残疾 儿童 妇女 青年
"""
_WORDS = frozenset(_OFFICE.split())


# Signs


def full_width(text: str, before: str = "") -> str:
    """Make commas, colons and brackets full-width where they follow Han characters.

    Brackets also where they hold any. Figures, addresses and foreign words stay as they are.
    before: the character in front of `text`.
    """
    text = _BRACKETS.sub(lambda found: _bracket(text, before, found), text)
    return _SIGNS.sub(lambda found: _sign(text, before, found), text)


def _bracket(text: str, before: str, found: re.Match[str]) -> str:
    neighbour = text[found.start() - 1] if found.start() else before
    wide = _HAN.search(found[1]) or _HAN.match(neighbour)
    return f"（{found[1]}）" if wide else found[0]


def _sign(text: str, before: str, found: re.Match[str]) -> str:
    neighbour = text[found.start() - 1] if found.start() else before
    return _WIDE[found[0]] if _HAN.match(neighbour) else found[0]


# Titles


def width(text: str) -> float:
    """Count in characters of full width; Latin letters and digits are about half as wide."""
    return sum(0.55 if sign.isascii() else 1.0 for sign in text)


def balanced(title: str, widest: float = TITLE_WIDTH) -> tuple[str, ...]:
    """Break the title into lines that form a trapezium or a lozenge, none of them of one character.

    Where somebody typed LINE_BREAK, a line ends in any case.

    Source: GB/T 9704-2012, 7.3.1.
    """
    title = " ".join(title.split())
    if LINE_BREAK in title:
        wanted = (line.strip() for line in title.split(LINE_BREAK))
        return tuple(part for line in wanted if line for part in balanced(line, widest))
    if width(title) <= widest:
        return (title,)
    count = 2 if width(title) <= 2 * widest - 2 else 3
    ways = sorted(_ways(title, count, widest), key=lambda lines: _ugliness(lines, widest))
    return ways[0] if ways else _chopped(title, widest)


def _ways(title: str, count: int, widest: float) -> list[tuple[str, ...]]:
    places = [n for n in range(2, len(title) - 1) if _may_break(title, n)]
    ways = (
        tuple(title[a:b].strip() for a, b in zip((0, *cut), (*cut, len(title)), strict=True))
        for cut in combinations(places, count - 1)
    )
    return [lines for lines in ways if all(width(line) <= widest for line in lines)]


def _may_break(title: str, place: int) -> bool:
    left, right = title[place - 1], title[place]
    inside_a_word = _ONE_WORD.match(left) and _ONE_WORD.match(right)
    return not (inside_a_word or right in _NOT_AT_THE_BEGINNING or left in _NOT_AT_THE_END)


def _ugliness(lines: tuple[str, ...], widest: float) -> float:
    """Return how far the lines are from a trapezium (of two) or a lozenge (of three)."""
    widths = [width(line) for line in lines]
    good = sum(2.0 for line in lines[:-1] if line[-1] in _GOOD_ENDS)
    good -= sum(4.0 for one, two in pairwise(lines) if one[-1] + two[0] in _WORDS)
    if len(lines) == 2:
        return abs(abs(widths[0] - widths[1]) - 3) + (2 if widths[1] > widths[0] else 0) - good
    middle = max(widths[0], widths[2])
    flat = max(0.0, middle + 2 - widths[1])
    return abs(widths[0] - widths[2]) + 3 * flat - good


def _chopped(title: str, widest: float) -> tuple[str, ...]:
    """Break a title too long for three lines into as many as it takes, of about one length."""
    count = int(-(-width(title) // (widest - 2)))
    size = -(-len(title) // count)
    return tuple(title[n : n + size] for n in range(0, len(title), size))


# The text of an entry


def set_official_text(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """Turn clean HTML into what is printed: full-width signs, levels of headings marked.

    pictures: the address of each picture by its key; those without one are left out.
    """
    nodes = read_html(with_addresses(html, (pictures or {}).get))
    _widen(nodes, "")
    return write_html(_levelled(node) for node in nodes if _holds_anything(node))


def first_number(entries: Element) -> int:
    """Read the number at which a numbered list begins; 1 if it does not say."""
    digits = entries.attributes.get("start", "")[:4]
    return int(digits) if digits.isascii() and digits.isdigit() else 1


def set_note(html: str) -> str:
    """Return an editor's note as it is printed, with the words that say what it is."""
    nodes = read_html(set_official_text(html))
    by = Element("span", {"class": "by"}, ["编者按："])
    if nodes and isinstance(nodes[0], Element) and nodes[0].tag == "p":
        nodes[0].children.insert(0, by)
        nodes[0].attributes.clear()
    elif nodes:
        nodes.insert(0, Element("p", {}, [by]))
    return write_html(nodes)


def _widen(nodes: list[Node], before: str) -> str:
    """Make the signs full-width in every piece of text, in place. Return the last character."""
    for index, node in enumerate(nodes):
        if isinstance(node, str):
            nodes[index] = full_width(node, before)
            before = node[-1:] or before
        elif node.tag in {"p", "li", "td", "th", "h2", "h3", "h4", "br"}:
            _widen(node.children, "")
            before = ""
        else:
            before = _widen(node.children, before)
    return before


def _holds_anything(node: Node) -> bool:
    return isinstance(node, str) or node.tag != "p" or bool(node.children)


def _levelled(node: Node) -> Node:
    """Return a paragraph or heading with the class of its level.

    Source: GB/T 9704-2012, 7.3.3.
    """
    if isinstance(node, str) or node.tag not in {"p", "h2", "h3", "h4"}:
        return node
    text = _plain(node.children)
    level = _level_of(node.tag, text)
    if level and _is_heading(node.tag, text):
        return Element("p", {"class": level}, node.children)
    if level and isinstance(node.children[0], str):
        return _with_lead(node, level)
    return Element("p", {}, node.children)


def _level_of(tag: str, words: str) -> str:
    if tag == "h2" or _FIRST_LEVEL.match(words):
        return "first"
    return "second" if tag == "h3" or _SECOND_LEVEL.match(words) else ""


def _is_heading(tag: str, words: str) -> bool:
    short = len(words) <= LONGEST_HEADING and not _A_SENTENCE.search(words)
    return tag != "p" or short


def _with_lead(node: Element, level: str) -> Element:
    """Mark the first sentence of a paragraph as its heading, if it is short enough."""
    text = str(node.children[0])
    lead = _FIRST_SENTENCE.match(text)
    if lead is None:
        return Element("p", {}, node.children)
    head = Element("span", {"class": level}, [lead[0]])
    return Element("p", {}, [head, text[lead.end() :], *node.children[1:]])


def _plain(nodes: list[Node]) -> str:
    return "".join(one if isinstance(one, str) else _plain(one.children) for one in nodes)
