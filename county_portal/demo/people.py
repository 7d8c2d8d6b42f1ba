"""The units of the demonstration county, and who works there. Names are role titles."""

from collections.abc import Iterator
from dataclasses import dataclass

from county_portal.models import Role, UnitKind

PASSWORD = "qinghe-2026-yanshi"  # noqa: S105  (of the demonstration only, printed for everybody)
COUNTY_OFFICE = "A01"

# short name, ascii login, whether it has two liaisons
TOWNSHIPS = (
    ("柳溪镇", "liuxi", True),
    ("禾丰镇", "hefeng", True),
    ("石桥镇", "shiqiao", True),
    ("云岭镇", "yunling", False),
    ("白鹭镇", "bailu", False),
    ("松坪镇", "songping", False),
    ("枫林乡", "fenglin", False),
    ("青塘乡", "qingtang", False),
    ("竹山乡", "zhushan", False),
    ("泉湾乡", "quanwan", False),
)
DEPARTMENTS = (
    ("县政府办公室", "fuban", True),
    ("县发展和改革局", "fagai", True),
    ("县教育局", "jiaoyu", True),
    ("县科技和工业信息化局", "kegong", False),
    ("县公安局", "gongan", False),
    ("县民政局", "minzheng", True),
    ("县司法局", "sifa", False),
    ("县财政局", "caizheng", True),
    ("县人力资源和社会保障局", "renshe", True),
    ("县自然资源局", "ziran", False),
    ("县生态环境局", "huanjing", True),
    ("县住房和城乡建设局", "zhujian", False),
    ("县交通运输局", "jiaotong", False),
    ("县水利局", "shuili", False),
    ("县农业农村局", "nongye", True),
    ("县商务局", "shangwu", False),
    ("县文化和旅游局", "wenlv", False),
    ("县卫生健康局", "weijian", False),
    ("县退役军人事务局", "tuiyi", False),
    ("县应急管理局", "yingji", False),
    ("县审计局", "shenji", False),
    ("县市场监督管理局", "shichang", False),
    ("县统计局", "tongji", False),
    ("县医疗保障局", "yibao", False),
    ("县林业局", "linye", False),
    ("县城市管理局", "chengguan", False),
    ("县乡村发展局", "xiangcun", False),
    ("县政务服务和数据管理局", "zhengwu", False),
    ("县信访局", "xinfang", False),
    ("县机关事务管理局", "jiguan", False),
    ("县体育局", "tiyu", False),
    ("县粮食和物资储备局", "liangshi", False),
    ("县消防救援大队", "xiaofang", False),
    ("县气象局", "qixiang", False),
    ("县税务局", "shuiwu", False),
    ("县投资促进局", "touzi", False),
)
PUBLIC_BODIES = (
    ("县人民医院", "renyi", False),
    ("县中医院", "zhongyi", False),
    ("县妇幼保健院", "fuyou", False),
    ("县疾病预防控制中心", "jikong", False),
    ("县第一中学", "yizhong", False),
    ("县职业技术学校", "zhixiao", False),
    ("县自来水公司", "shuisi", False),
    ("县供电公司", "gongdian", False),
    ("县燃气公司", "ranqi", False),
    ("县公共交通公司", "gongjiao", False),
    ("县图书馆", "tushu", False),
    ("县档案馆", "dangan", False),
    ("县融媒体中心", "rongmei", False),
    ("县公共资源交易中心", "jiaoyi", False),
    ("县住房公积金管理部", "gongjijin", False),
    ("县殡仪服务中心", "binyi", False),
)


@dataclass(frozen=True)
class UnitPlan:
    """A unit to be founded. short: how people call it; login: how its people sign in."""

    code: str
    short: str
    name: str
    login: str
    kind: UnitKind
    position: int
    liaisons: int


@dataclass(frozen=True)
class PersonPlan:
    """Somebody to be employed, by the title on the door."""

    login: str
    name: str
    unit: str
    role: Role


def demo_units() -> list[UnitPlan]:
    """List the county office first, then departments, townships and public bodies."""
    kinds = (
        (UnitKind.DEPARTMENT, "B", DEPARTMENTS[1:]),
        (UnitKind.TOWNSHIP, "T", TOWNSHIPS),
        (UnitKind.PUBLIC_BODY, "C", PUBLIC_BODIES),
    )
    plans = [_unit(COUNTY_OFFICE, UnitKind.DEPARTMENT, 1, DEPARTMENTS[0])]
    for kind, letter, rows in kinds:
        for number, row in enumerate(rows, 1):
            plans.append(_unit(f"{letter}{number:02d}", kind, len(plans) + 1, row))
    return plans


def _unit(code: str, kind: UnitKind, position: int, row: tuple[str, str, bool]) -> UnitPlan:
    short, login, two = row
    name = "青禾县" + short.removeprefix("县")
    if code == COUNTY_OFFICE:
        name = "青禾县人民政府办公室"
    if kind is UnitKind.TOWNSHIP:
        name = f"青禾县{short}人民政府"
    return UnitPlan(code, short, name, login, kind, position, 2 if two else 1)


def people() -> Iterator[PersonPlan]:
    """Yield a leader and one or two liaisons for each unit, then the county office's own staff."""
    for unit in demo_units():
        yield PersonPlan(f"{unit.login}.ld", f"{unit.short}分管领导", unit.code, Role.UNIT_LEADER)
        for number in range(1, unit.liaisons + 1):
            title = f"{unit.short}信息员{'一二'[number - 1]}"
            yield PersonPlan(f"{unit.login}.xx{number}", title, unit.code, Role.LIAISON)
    yield from _office_staff()


def _office_staff() -> Iterator[PersonPlan]:
    teams = (
        ("bj", "县政府办编辑", Role.EDITOR, 4),
        ("bm", "保密审查员", Role.CONFIDENTIALITY_OFFICER, 2),
        ("qf", "签发人", Role.ISSUER, 2),
    )
    for letters, title, role, count in teams:
        for number in range(1, count + 1):
            name = f"{title}{'一二三四'[number - 1]}"
            yield PersonPlan(f"fuban.{letters}{number}", name, COUNTY_OFFICE, role)
    yield PersonPlan("fuban.ws1", "县政府办文秘一", COUNTY_OFFICE, Role.OFFICE_CLERK)
    yield PersonPlan("sanyuan.xt", "系统管理员", COUNTY_OFFICE, Role.SYSTEM_ADMINISTRATOR)
    yield PersonPlan("sanyuan.aq", "安全管理员", COUNTY_OFFICE, Role.SECURITY_ADMINISTRATOR)
    yield PersonPlan("sanyuan.sj", "审计管理员", COUNTY_OFFICE, Role.AUDITOR)
