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
# Source: Open Government Information Regulations (2019), arts. 14-16
GROUNDS = {
    "state_secret": "国家秘密（第十四条）",
    "law_forbids": "法律、行政法规禁止公开（第十四条）",
    "four_stabilities": "危及“三安全一稳定”（第十四条）",
    "third_party": "损害第三方合法权益（第十五条）",
    "internal_affairs": "内部事务信息（第十六条）",
    "process_information": "过程性信息（第十六条）",
    "enforcement_file": "行政执法案卷信息（第十六条）",
}
VERDICTS = {
    "reviewed": "审查（件次）",
    "release": "同意公开",
    "release_on_request": "依申请公开",
    "withhold": "不予公开",
    "refer": "报请确定",
    "sent_back": "退回",
}
BUCKETS = {
    "0-5": "0—5个工作日",
    "6-10": "6—10个工作日",
    "11-15": "11—15个工作日",
    "16-20": "16—20个工作日",
    "21-": "20个工作日以上",
}
CHARTS = {
    "course": "近十二个月报送、公开信息走势",
    "submitted": "报送",
    "published": "公开",
    "units": "各单位公开信息（件）",
    "columns": "各栏目公开信息（件、占比）",
    "buckets": "从形成到公开所用时间（件、占比）",
    **BUCKETS,
}
UNCATEGORISED = "未归入法定类别"
