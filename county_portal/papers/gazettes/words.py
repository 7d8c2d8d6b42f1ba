"""Words of the gazette on paper: official Chinese, not translated."""

SECTIONS = {
    "county": "县政府文件",
    "office": "县政府办公室文件",
    "personnel": "人事任免",
    "other": "其他",
}
CHANGES = {"repealed": "废止", "expired": "失效"}
