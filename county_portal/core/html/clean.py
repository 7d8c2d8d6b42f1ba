"""The one gate for people's HTML: cleaned on the way in and once more on the way out.

`clean` is the only way from a stranger's text to HTML that may be stored, signed or shown. The
other functions expect what `clean` has returned.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import nh3

from county_portal.core.errors import Refused
from county_portal.core.html.shape import BLOCKS, BOXES, INLINE, SAME_AS, shape
from county_portal.core.html.tree import Element, Node, count_of, elements, read_html, write_html

MAX_CHARACTERS = 1_000_000
MAX_TAGS = 40_000
MAX_REFERENCES = 100_000
MAX_OPEN = 400
MAX_NODES = 5_000
PASSES = 6

_TAGS = {*INLINE, *BOXES, *BLOCKS, *SAME_AS, "br", "img"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
}
_SCHEMES = {"http", "https", "mailto", "attachment"}
_LEFT_OUT_WHOLE = (
    "script style title template textarea select noscript noembed noframes iframe object applet "
    "audio video canvas svg math xml"
)

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_FORMATTING = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*(?:>|\Z)", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)")
_NEVER_DEEP = (
    "p li dd dt td th tr tbody thead tfoot colgroup col option optgroup rp rt br hr img input "
    "meta link base area embed source track wbr param html head body a"
)
_SENTENCE_END = re.compile(r"[。！？；!?;]+[”’」』）)]*|\.(?=\s|$)")
_IMAGE = re.compile(r"""<img\b(?:"[^"]*"|'[^']*'|[^>"'])*""", re.IGNORECASE)
_SOURCE = re.compile(r"""(?<=\s)src\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s>"']+)""", re.IGNORECASE)


def clean(html: str) -> str:
    """Return `html` with nothing but the words, their structure and our own images.

    Cleaning what is clean changes nothing. Depth is at most 40, spans at most 50.
    Raises Refused if it is too large to be cleaned, or too large afterwards.
    """
    html = seen(html)
    _check_size(html)
    return _settled(html)


def seen(text: str) -> str:
    """Return `text` without characters that show nothing, or that turn the words around."""
    return _UNSEEN.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))


def _check_size(html: str) -> None:
    if len(html) > MAX_CHARACTERS or html.count("<") > MAX_TAGS or html.count("&") > MAX_REFERENCES:
        raise _too_much()
    if _deepest(html) > MAX_OPEN:
        raise _too_much()


def _deepest(html: str) -> int:
    """About how many elements are open at once, from the tags alone; the parser would take long."""
    open_now: Counter[str] = Counter()
    depth = deepest = 0
    ignored = frozenset(_NEVER_DEEP.split())
    for slash, name in _TAG.findall(html.lower()):
        if name in ignored or (slash and not open_now[name]):
            continue
        step = -1 if slash else 1
        open_now[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def _too_much() -> Refused:
    return Refused(
        "The text has too many parts inside one another or one after the other; split it or "
        "attach it as a PDF"
    )


def _settled(html: str) -> str:
    """Cleaned again and again until nothing changes; bare paragraphs if that never happens."""
    for _ in range(PASSES):
        again = _cleaned_once(html)
        if again == html:
            return again
        html = again
    return _plain(html)


def _cleaned_once(html: str) -> str:
    nodes = shape(read_html(_filtered(html)))
    if count_of(nodes) > MAX_NODES:
        raise _too_much()
    return write_html(nodes)


def _filtered(html: str) -> str:
    return nh3.clean(
        _FORMATTING.sub(_without_attributes, html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=set(_LEFT_OUT_WHOLE.split()),
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel=None,
        generic_attribute_prefixes=set(),
    )


def _without_attributes(match: re.Match[str]) -> str:
    """Drop attributes.

    Thousands of different open <font …> would be opened anew in every paragraph.
    """
    return f"<{match[1]}>"


def _plain(html: str) -> str:
    lines = [" ".join(line.split()) for line in text_of(html).split("\n")]
    return write_html(Element("p", {}, [line]) for line in lines if line)


# Words


def text_of(html: str) -> str:
    """Return the words of clean HTML; a line for each paragraph, cells of a row parted by tabs."""
    lines = "".join(_words(read_html(html))).split("\n")
    return "\n".join(kept for line in lines if (kept := line.strip(" \t")))


def _words(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif node.tag in {"td", "th"}:
            yield " ".join("".join(_words(node.children)).split())
            yield "\t"
        elif node.tag in INLINE:
            yield from _words(node.children)
        else:
            yield "\n"
            yield from _words(node.children)
            yield "\n"


def first_paragraph(html: str, limit: int = 100) -> str:
    """Return the first paragraph of clean HTML as a summary of at most `limit` characters.

    A line of address (it ends in a colon) is passed over. A longer paragraph ends with the last
    whole sentence that fits, else with an ellipsis.
    """
    paragraphs = [*_paragraphs(read_html(html))]
    told = [words for words in paragraphs if not words.endswith(("：", ":"))]
    return _shortened((told or paragraphs or [""])[0], limit)


def _paragraphs(nodes: list[Node]) -> Iterator[str]:
    for paragraph in elements(nodes, "p"):
        text = " ".join("".join(_words(paragraph.children)).split())
        if text:
            yield text


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text) if end.end() <= limit]
    return text[: ends[-1]] if ends else text[: limit - 1].rstrip() + "…"


# Images


def image_keys(html: str) -> list[str]:
    """Return the keys of the attachments shown in clean HTML, in order, each once."""
    return list(dict.fromkeys(map(_key, elements(read_html(html), "img"))))


def _key(image: Element) -> str:
    return image.attributes.get("src", "").removeprefix("attachment:")


def with_addresses(html: str, address: Callable[[str], str | None]) -> str:
    """Clean HTML with `address(key)` for every image; an image without an address is left out."""
    return write_html(_addressed(read_html(html), address))


def _addressed(nodes: list[Node], address: Callable[[str], str | None]) -> list[Node]:
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Element):
            node.children = _addressed(node.children, address)
            if node.tag == "img":
                key = address(_key(node))
                if not key:
                    continue
                node.attributes["src"] = key
        kept.append(node)
    return kept


def without_addresses(html: str, pattern: str | re.Pattern[str]) -> str:
    """Put `attachment:KEY` for every image of `html` whose address holds `pattern`.

    The first group of `pattern` is the key. The answer is as unclean as `html` was: clean it next.
    """
    address = re.compile(pattern)

    def keyed(source: re.Match[str]) -> str:
        key = address.search(source[1])
        return f'src="attachment:{key[1]}"' if key else source[0]

    return _IMAGE.sub(lambda image: _SOURCE.sub(keyed, image[0], count=1), html)
