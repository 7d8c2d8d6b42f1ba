"""Chinese numerals, as headings, captions and quarters are counted on paper."""

DIGITS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """Write a whole number from 1 to 999 in Chinese, as headings count: 十, 一百零一, 一百一十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    numerals = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        numerals += "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    elif hundreds and ones:
        numerals += "零"
    return numerals + (DIGITS[ones] if ones else "")
