"""The columns the demonstration county opens with: thirty, in two levels."""

from collections.abc import Iterator
from dataclasses import dataclass

from county_portal.models import ColumnKind, OpenTo

K = ColumnKind
ALL, TOWNSHIPS, DEPARTMENTS, LISTED = (
    OpenTo.ALL,
    OpenTo.TOWNSHIPS,
    OpenTo.DEPARTMENTS,
    OpenTo.LISTED,
)


@dataclass(frozen=True)
class ColumnPlan:
    """A column to be opened. submitters: short names, where only listed units may submit."""

    slug: str
    name: str
    description: str
    kind: ColumnKind
    update_days: int | None
    unit: str  # short name of the responsible unit
    open_to: OpenTo = ALL
    submitters: tuple[str, ...] = ()


# A heading takes no items of its own: it is open to a list of units, and the list is empty.
# Update rules: 国办秘函〔2019〕19号 (news 14 days, notices and policy six months, plans a year).
TREE: tuple[tuple[ColumnPlan, tuple[ColumnPlan, ...]], ...] = (
    (
        ColumnPlan(
            "zwdt", "政务动态", "全县政务活动和工作动态", K.NEWS, 14, "县政府办公室", LISTED
        ),
        (
            ColumnPlan(
                "zwyw",
                "政务要闻",
                "县人民政府重要会议、活动和决策部署",
                K.NEWS,
                14,
                "县政府办公室",
                LISTED,
                ("县政府办公室", "县融媒体中心"),
            ),
            ColumnPlan("bmdt", "部门动态", "县政府各部门工作动态", K.NEWS, 14, "县政府办公室"),
            ColumnPlan(
                "xzdt", "乡镇动态", "各乡镇人民政府工作动态", K.NEWS, 14, "县政府办公室", TOWNSHIPS
            ),
        ),
    ),
    (
        ColumnPlan(
            "tzgg", "通知公告", "面向社会的通知、公告和公示", K.NOTICE, 183, "县政府办公室", LISTED
        ),
        (
            ColumnPlan(
                "tongzhi", "通知", "与群众生产生活有关的通知", K.NOTICE, 183, "县政府办公室"
            ),
            ColumnPlan(
                "gonggao", "公告公示", "各单位公告和公示事项", K.NOTICE, 183, "县政府办公室"
            ),
            ColumnPlan(
                "zhaokao",
                "招考招聘",
                "公开招考、招聘的职位、条件和结果",
                K.PERSONNEL,
                183,
                "县人力资源和社会保障局",
            ),
        ),
    ),
    (
        ColumnPlan(
            "zcwj", "政策文件", "县人民政府及其部门文件", K.POLICY, 183, "县政府办公室", LISTED
        ),
        (
            ColumnPlan(
                "xzfwj",
                "县政府文件",
                "以县人民政府名义印发的文件",
                K.POLICY,
                183,
                "县政府办公室",
                LISTED,
                ("县政府办公室",),
            ),
            ColumnPlan(
                "zfbwj",
                "县政府办公室文件",
                "以县政府办公室名义印发的文件",
                K.POLICY,
                183,
                "县政府办公室",
                LISTED,
                ("县政府办公室",),
            ),
            ColumnPlan(
                "bmwj", "部门文件", "县政府各部门印发的文件", K.POLICY, 183, "县司法局", DEPARTMENTS
            ),
            ColumnPlan(
                "zcjd",
                "政策解读",
                "对县政府和部门文件的解读",
                K.INTERPRETATION,
                183,
                "县政府办公室",
                DEPARTMENTS,
            ),
        ),
    ),
    (
        ColumnPlan(
            "fdgk",
            "法定主动公开内容",
            "依照条例第二十条、第二十一条主动公开的信息",
            K.DISCLOSURE,
            183,
            "县政府办公室",
            LISTED,
        ),
        (
            ColumnPlan(
                "jgzn",
                "机构职能",
                "机关职能、机构设置和联系方式",
                K.DISCLOSURE,
                365,
                "县政府办公室",
            ),
            ColumnPlan(
                "ghjh", "规划计划", "规划、年度计划和工作要点", K.PLANNING, 365, "县发展和改革局"
            ),
            ColumnPlan(
                "tjxx",
                "统计信息",
                "月度、季度和年度统计信息",
                K.DISCLOSURE,
                30,
                "县统计局",
                DEPARTMENTS,
            ),
            ColumnPlan(
                "czyjs", "财政预决算", "预算、决算和专项资金信息", K.DISCLOSURE, 365, "县财政局"
            ),
            ColumnPlan(
                "xzxk",
                "行政许可",
                "许可事项的办理结果",
                K.DISCLOSURE,
                30,
                "县政务服务和数据管理局",
                DEPARTMENTS,
            ),
            ColumnPlan(
                "xzcf",
                "行政处罚",
                "具有一定社会影响的行政处罚决定",
                K.DISCLOSURE,
                30,
                "县司法局",
                DEPARTMENTS,
            ),
            ColumnPlan(
                "zfcg", "政府采购", "集中采购目录、标准和实施情况", K.DISCLOSURE, 30, "县财政局"
            ),
            ColumnPlan(
                "zdxm",
                "重大建设项目",
                "重大建设项目的批准和实施情况",
                K.DISCLOSURE,
                30,
                "县发展和改革局",
            ),
            ColumnPlan(
                "yjgl",
                "应急管理",
                "应急预案、预警信息和应对情况",
                K.DISCLOSURE,
                183,
                "县应急管理局",
            ),
        ),
    ),
    (
        ColumnPlan(
            "zdly",
            "重点民生领域",
            "群众最关心的几个方面",
            K.DISCLOSURE,
            183,
            "县政府办公室",
            LISTED,
        ),
        (
            ColumnPlan(
                "jyyl", "教育医疗", "招生入学、卫生服务和医疗保障", K.DISCLOSURE, 183, "县教育局"
            ),
            ColumnPlan(
                "shjz", "社会救助", "救助标准、对象数量和资金发放", K.DISCLOSURE, 30, "县民政局"
            ),
            ColumnPlan(
                "sthj", "生态环境", "空气、水质和监督检查情况", K.DISCLOSURE, 30, "县生态环境局"
            ),
            ColumnPlan("xczx", "乡村振兴", "惠农补贴和乡村建设", K.DISCLOSURE, 30, "县农业农村局"),
        ),
    ),
    (
        ColumnPlan(
            "hdjl", "互动交流", "征求意见和回应关切", K.INTERACTION, None, "县政府办公室", LISTED
        ),
        (ColumnPlan("yjzj", "意见征集", "政策草案公开征求意见", K.INTERACTION, None, "县司法局"),),
    ),
)


def demo_columns() -> Iterator[tuple[str, ColumnPlan]]:
    """Yield every column in site order, with the slug of the one above it (empty: none)."""
    for heading, below in TREE:
        yield "", heading
        for column in below:
            yield heading.slug, column
