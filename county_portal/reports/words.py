"""What paper calls things: official Chinese, the same in every language of the pages."""

FIGURES = {
    "submitted": "报送信息（件）",
    "published": "公开信息（件）",
    "on_time": "按时公开（件）",
    "late": "逾期公开（件）",
    "returned": "退回（次）",
    "declined": "不予采用（件）",
    "corrected": "更正（件）",
    "withdrawn": "撤回（件）",
    "overdue": "期末逾期未公开（件）",
}
KINDS = {
    "township": "乡镇",
    "department": "部门",
    "public_body": "公共企事业单位",
}
STATES = {
    "published": "已公开",
    "submitted": "单位审核",
    "unit_approved": "编辑审核",
    "accepted": "保密审查",
    "referred": "报请确定",
    "signed_off": "待签发",
    "issued": "待发布",
    "returned": "已退回",
}
UNCATEGORISED = "未归入法定类别"
