"""The files that go with the demonstration county's items: a few, made once, used by many."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import partial
from random import Random

from PIL import Image, ImageDraw
from xlsxwriter import Workbook

from county_portal.demo.people import TOWNSHIPS
from county_portal.editorial.items.attachments import Received, receive_attachment
from county_portal.printing.pdf import render_pdf

Colour = tuple[int, int, int]

# Sky, hills from far to near, and the two kinds of field: summer, autumn, winter.
SEASONS: tuple[tuple[Colour, tuple[Colour, ...], tuple[Colour, Colour]], ...] = (
    (
        (206, 226, 240),
        ((150, 180, 160), (118, 158, 128), (92, 136, 98)),
        ((198, 190, 96), (132, 168, 84)),
    ),
    (
        (240, 226, 204),
        ((196, 172, 140), (178, 142, 104), (150, 116, 78)),
        ((214, 178, 92), (190, 150, 76)),
    ),
    (
        (214, 220, 228),
        ((186, 196, 204), (154, 168, 176), (120, 138, 146)),
        ((226, 228, 226), (170, 180, 160)),
    ),
)
MADE_AT = datetime(2025, 1, 2, 9, 0)  # noqa: DTZ001  (a workbook knows no zones)
TOWNS = [row[0] for row in TOWNSHIPS]
SEED = 7


def make_papers() -> dict[str, Received]:
    """Make every paper by its name: kept, checked and rendered as an upload would be."""
    return {
        name: receive_attachment(io.BytesIO(make()), f"{name}.{end}")
        for name, (end, make) in MAKERS.items()
    }


# Documents


def _document() -> bytes:
    clauses = "总则 工作职责 实施程序 保障措施 监督检查 附则".split()
    lines = [
        f"第{'一二三四五六'[n]}章  {name}。各乡镇、各部门按照职责分工落实本章规定的各项任务，"
        "建立工作台账，按时报送进展情况，自觉接受社会监督。"
        for n, name in enumerate(clauses)
    ]
    return render_pdf("demo/paper.html", title="正文（印发稿）", paragraphs=lines, head=(), rows=())


def _form() -> bytes:
    fields = "申请人（单位） 联系地址 联系电话 申请事项 申请理由 村（社区）意见 乡镇意见 主管部门意见".split()
    rows = [(field, "") for field in fields]
    paragraphs = ["填写前请阅读填报说明。本表一式两份，由受理单位和申请人各执一份。"]
    return render_pdf(
        "demo/paper.html",
        title="申请表",
        paragraphs=paragraphs,
        head=("项目", "填写内容"),
        rows=rows,
    )


def _notes() -> bytes:
    paragraphs = [
        "一、本说明适用于本次申报的全部申请人。",
        "二、申请材料应当真实、完整，复印件须注明与原件一致。",
        "三、受理单位收到材料后当场登记，材料不全的一次告知需要补充的内容。",
        "四、办理结果在受理单位公示栏和县政府网站公布，公示期不少于五个工作日。",
    ]
    return render_pdf("demo/paper.html", title="填报说明", paragraphs=paragraphs, head=(), rows=())


def _original() -> bytes:
    """Return a small Word file, such as the author wrote before making the PDF. It stays inside."""
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
        f'"/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>正文（起草稿）'
        "</w:t></w:r></w:p></w:body></w:document>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 2, 9, 0, 0)), text)
    return file.getvalue()


# Workbooks


def _list() -> bytes:
    rng = Random(SEED)  # noqa: S311
    rows = [
        [n, TOWNS[n % 10], f"第{n // 10 + 1}批", rng.randint(3, 60), round(rng.uniform(1, 30), 2)]
        for n in range(1, 41)
    ]
    return _workbook("名单", ["序号", "乡镇", "批次", "户数（户）", "金额（万元）"], rows)


def _figures() -> bytes:
    rng = Random(SEED + 1)  # noqa: S311
    rows = [
        [n, town, round(rng.uniform(800, 9600), 1), round(rng.uniform(0.5, 12.5), 1)]
        for n, town in enumerate(TOWNS, 1)
    ]
    return _workbook("统计表", ["序号", "乡镇", "数值（万元）", "同比增长（%）"], rows)


def _budget() -> bytes:
    rng = Random(SEED + 2)  # noqa: S311
    heads = (
        "一般公共服务支出 教育支出 社会保障和就业支出 卫生健康支出 农林水支出 住房保障支出".split()
    )
    rows = [[n, head, round(rng.uniform(12, 860), 2)] for n, head in enumerate(heads, 1)]
    return _workbook("预算公开表", ["序号", "支出项目", "金额（万元）"], rows)


def _workbook(name: str, head: list[str], rows: list[list[object]]) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": MADE_AT})
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, head)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
    return file.getvalue()


# Pictures


def _scene(sky: Colour, hills: tuple[Colour, ...], fields: tuple[Colour, Colour]) -> bytes:
    """Draw fields, a river and hills under the sky."""
    image = Image.new("RGB", (1200, 800), sky)
    draw = ImageDraw.Draw(image)
    rng = Random(sum(sky))  # noqa: S311
    for depth, colour in enumerate(hills):
        heights = [300 + depth * 110 - rng.randint(0, 120) for _ in range(13)]
        ridge = [(n * 100, height) for n, height in enumerate(heights)]
        draw.polygon([(0, 800), *ridge, (1200, 800)], fill=colour)
    for row in range(7):
        _field(draw, 640 + row * 24, fields[row % 2])
    bend = rng.randint(-30, 30)
    river = [(0, 700), (380, 660 + bend), (760, 690 - bend), (1200, 630)]
    draw.line(river, fill=(140, 182, 208), width=34)
    return _saved(image, "JPEG")


def _field(draw: ImageDraw.ImageDraw, top: int, colour: Colour) -> None:
    draw.polygon([(0, top + 30), (1200, top), (1200, top + 24), (0, top + 54)], fill=colour)


def _plan() -> bytes:
    """Draw plots, a road and a boundary, as on the plan of a site."""
    image = Image.new("RGB", (1000, 700), (250, 250, 246))
    draw = ImageDraw.Draw(image)
    rng = Random(SEED + 4)  # noqa: S311
    for column in range(5):
        for row in range(4):
            left, top = 80 + column * 170, 70 + row * 145
            shade = rng.randint(214, 240)
            box = (left, top, left + 140, top + 110)
            draw.rectangle(box, fill=(shade, shade, 200), outline=(120, 120, 110), width=2)
    draw.line([(0, 345), (1000, 345)], fill=(190, 190, 190), width=22)
    boundary = [(60, 50), (930, 50), (930, 490), (500, 640), (60, 640), (60, 50)]
    draw.line(boundary, fill=(178, 34, 34), width=5)
    return _saved(image, "PNG")


def _chart() -> bytes:
    image = Image.new("RGB", (1000, 600), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    rng = Random(SEED + 5)  # noqa: S311
    for line in range(6):
        draw.line([(80, 80 + line * 88), (960, 80 + line * 88)], fill=(225, 225, 225))
    for bar in range(12):
        left, top = 100 + bar * 72, rng.randint(110, 440)
        draw.rectangle((left, top, left + 44, 520), fill=(38, 108, 152))
    return _saved(image, "PNG")


def _saved(image: Image.Image, form: str) -> bytes:
    file = io.BytesIO()
    image.save(file, form, quality=86)
    return file.getvalue()


MAKERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "document": ("pdf", _document),
    "form": ("pdf", _form),
    "notes": ("pdf", _notes),
    "original": ("docx", _original),
    "list": ("xlsx", _list),
    "figures": ("xlsx", _figures),
    "budget": ("xlsx", _budget),
    "plan": ("png", _plan),
    "chart": ("png", _chart),
    **{f"scene{n}": ("jpg", partial(_scene, *season)) for n, season in enumerate(SEASONS, 1)},
}
