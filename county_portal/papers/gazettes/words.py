"""Words of the gazette on paper: official Chinese, not translated."""

SECTIONS = {
    "county": "县政府文件",
    "office": "县政府办公室文件",
    "personnel": "人事任免",
    "other": "其他",
}
CHANGES = {"repealed": "废止", "expired": "失效"}
DIGITS = "〇一二三四五六七八九"


def month_words(month: int) -> str:
    """A month as a cover has it."""
    tens = "十" if month >= 10 else ""
    return f"{tens}{DIGITS[month % 10] if month % 10 else ''}月"
