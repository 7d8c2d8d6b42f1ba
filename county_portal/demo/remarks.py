"""What people of the demonstration county say to one another about an item, and its flaws.

A flaw is put into the author's first words and taken out again by whoever finds it, so that a
reason for returning something, and a correction, are about what really stands there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from county_portal.demo.texts.grammar import DemoText
from county_portal.models import Ground

Spoil = Callable[[DemoText], DemoText]


@dataclass(frozen=True)
class Flaw:
    """Something wrong with a text. reasons: why it comes back. note: how an editor puts it."""

    spoil: Spoil
    reasons: tuple[str, ...]
    note: str


def _slips(text: DemoText) -> DemoText:
    """Put words in the place of others that are often mistaken for them."""
    body = text.body
    for right, wrong in SLIPS:
        body = body.replace(right, wrong, 1)
    return replace(text, body=body)


def _marked_title(text: DemoText) -> DemoText:
    return replace(text, title=f"{text.title}（定稿）")


def _no_end(text: DemoText) -> DemoText:
    """Leave out the last paragraph: mostly the contact, or who signs."""
    last = text.body.rfind("<p>")
    return replace(text, body=text.body[:last] if last > 0 else text.body)


def _private(text: DemoText) -> DemoText:
    line = "<p>联系人：经办人甲，个人手机号码000-0000-0000，家庭住址见附件。</p>"
    return replace(text, body=text.body + line)


def _vague(text: DemoText) -> DemoText:
    return replace(text, body=text.body + "<p>其余有关情况另行通知。</p>")


def _other_phone(text: DemoText) -> DemoText:
    return replace(text, body=re.sub(r"0000-0000(\d{3})", r"0000-0001\1", text.body, count=1))


def _loose_numbers(text: DemoText) -> DemoText:
    return replace(text, body=text.body.replace("%", " %").replace("万元", " 万元"))


SLIPS = (
    ("其他", "其它"),
    ("部署", "布署"),
    ("按照", "安照"),
    ("作出", "做出"),
    ("账", "帐"),
    ("落实", "落实落实"),
    ("公开", "公布公开"),
)
TYPING = Flaw(
    _slips,
    ("正文有错别字，请通读全文并校对后重报。", "文字校对不细，发现多处错字，请改正。"),
    "改正错别字",
)
TITLE = Flaw(
    _marked_title,
    ("标题带有“定稿”字样，请删去后再报。", "标题不规范，请按公文标题要求修改。"),
    "删去标题中的多余字样",
)
ENDING = Flaw(
    _no_end,
    ("缺少落款或者联系方式，请补充完整。", "正文没有写完，请核对后补充最后一段。"),
    "补全结尾",
)
PRIVATE = Flaw(
    _private,
    (
        "正文含个人手机号码和住址，属于个人信息，请删去后重报。",
        "涉及个人信息，发布前须作去标识化处理。",
    ),
    "删去个人信息",
)
VAGUE = Flaw(
    _vague,
    ("“有关情况另行通知”表述含糊，请写明或删去。", "结尾表述不清，群众看不明白，请修改。"),
    "删去含糊表述",
)
NUMBERS = Flaw(
    _loose_numbers,
    ("数字与单位之间有空格，格式不统一，请修改。", "数据格式不规范，请与附表核对后重报。"),
    "统一数字和单位的格式",
)
PHONE = Flaw(
    _other_phone,
    ("联系电话有误，请核对。",),
    "改正联系电话",
)
FLAWS = (TYPING, TITLE, ENDING, VAGUE, NUMBERS)

APPROVED = ("同意报送。", "情况属实，同意。", "已核对，同意公开。", "", "")
REMARKS = (
    "附件名称与正文不一致，已电话告知信息员，请下次注意。",
    "请核对表内合计数。",
    "此件与上月同类信息格式一致，可以采用。",
    "请注意时限，距公开期限不足五个工作日。",
    "标题可以再简短一些。",
)
DECLINED = (
    "内容与已发布信息重复，不予采用。",
    "属于内部工作安排，不面向社会，不予采用。",
    "时效已过，不再发布。",
    "信息价值不足，建议并入月度综合稿件。",
    "栏目不符且内容过于简略，不予采用。",
)
CORRECTED = ("公布的联系电话有误，予以更正。", "接群众来电反映，核实后更正联系方式。")
WITHDRAWN = (
    "所列事项已经终止，为避免误导，予以撤回。",
    "发布内容与主管部门最新通报不一致，核实期间撤回。",
    "公示期满，按规定撤下。",
    "原文件已被新文件代替，予以撤回。",
)
RECALLED = ("发现附件传错，先撤回修改。", "数据需要再核对。", "")
RELEASED = (
    "经审查，未发现涉密和不宜公开的内容，同意公开。",
    "符合公开要求，同意公开。",
    "已逐项审查，同意公开。",
)
ON_REQUEST = (
    "涉及面窄，不属于法定主动公开范围，改为依申请公开。",
    "所涉当事人较少，按依申请公开办理。",
)
WITHHELD = {
    Ground.INTERNAL_AFFAIRS: "属于人事管理和内部工作流程信息，不予公开。",
    Ground.PROCESS_INFORMATION: "属于讨论记录和过程稿，不予公开。",
    Ground.THIRD_PARTY: "涉及企业商业秘密，权利人不同意公开，不予公开。",
    Ground.ENFORCEMENT_FILE: "属于行政执法案卷信息，不予公开。",
}
OBJECTION = {
    Ground.INTERNAL_AFFAIRS: "work_secret",
    Ground.PROCESS_INFORMATION: "work_secret",
    Ground.THIRD_PARTY: "third_party",
    Ground.ENFORCEMENT_FILE: "work_secret",
}
REFERRED = ("县保密行政管理部门", "上级主管部门")
REFERRED_OPINION = "是否属于不予公开范围难以确定，报请确定。"
REASSESSED = "已收到书面答复：不属于国家秘密，可以公开。"
NOTES = ("", "", "", "请尽快审核。", "附件为最终版本。", "与主管部门会签过。")
GROUND_NOTES = {
    Ground.INTERNAL_AFFAIRS: "属于内部管理信息。",
    Ground.PROCESS_INFORMATION: "尚在讨论阶段。",
    Ground.THIRD_PARTY: "涉及第三方合法权益。",
    Ground.ENFORCEMENT_FILE: "属于执法案卷内容。",
}


def spoilt(text: DemoText, flaws: list[Flaw]) -> DemoText:
    """Return the text with these flaws in it."""
    for flaw in flaws:
        text = flaw.spoil(text)
    return text
