"""Texts as people type and read them: one plain form for what they wrote, and what fits where they read it."""

from __future__ import annotations

import re
import unicodedata

LONGEST_COMMAND = 60  # characters; whoever writes more tells something, and is not giving a command

_PAIRS = (
    "報报 幫帮 訂订 閱阅 選选 單单 動动 讀读 刪删 麼么 參参 個个 給给 號号 們们 張张 開开 "
    "關关 課课 預预 約约 歷历 曆历 當当 語语 簡简 體体 務务 員员 對对 請请 誰谁 鐘钟 鍾钟 "
    "問问 題题 頁页 離离 場场 項项 兩两 點点 還还 從从 頭头 發发 資资 說说 話话 聯联 繫系 "
    "轉转 繼继 續续 後后 確确 認认 無无 須须 沒没 謝谢 寫写 條条 過过 聽听 幾几 樣样 為为 "
    "會会 來来 這这 裡里 裏里 嗎吗 門门 師师 費费 電电 視视 際际 團团 變变 煩烦 總总 註注 "
    "銷销 啟启 訊讯 據据 賬账 節节 識识 貼贴 換换 華华 漢汉 錄录 連连 斷断 綁绑 優优 "
    "設设 稱称 頻频 處处 靜静 暱昵 週周 擾扰"
)
"""Traditional and simplified characters of our words; what else people write is left as it is."""
_SIMPLER = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
_DROPPED = frozenset({"Cf", "Mn", "Me", "Cc", "Cs", "Co", "Cn"})  # invisible, combining (keycaps), control
_NUMERAL = re.compile("[零〇一二两俩三四五六七八九十百]+")
_FIGURES = {**{sign: value for value, sign in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2}
_WORDS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_EN = re.compile(rf"\b({'|'.join(_WORDS_EN)})\b")


def spaced(text: str) -> str:
    """*text* in its plain form: one space where there were spaces, signs or punctuation, none at the ends."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_SIMPLER)
    return " ".join("".join(_plain(sign) for sign in folded).split())


def tight(text: str) -> str:
    """*text* in its plain form without any space."""
    return spaced(text).replace(" ", "")


def with_digits(plain: str) -> str:
    """*plain* (from `spaced`) with Chinese numerals up to 999 and English ones up to ten as digits."""
    return _NUMBER_EN.sub(lambda word: str(_WORDS_EN.index(word[1])), _NUMERAL.sub(_as_digits, plain))


def shortened(text: str, columns: int) -> str:
    """*text*, or as much of it as *columns* hold (a Chinese character takes two) with an ellipsis."""
    used = 0
    for place, sign in enumerate(text):
        used += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used > columns:
            return f"{text[: place - 1].rstrip()}…"
    return text


def is_chinese(text: str) -> bool | None:
    """Whether *text* is written in Chinese; ``None`` if it shows no script (digits, signs, one letter)."""
    if any("\u3400" <= sign <= "\u9fff" for sign in text):
        return True
    return False if sum(sign.isascii() and sign.isalpha() for sign in text) > 1 else None


def _plain(sign: str) -> str:
    if sign.isspace():
        return " "
    category = unicodedata.category(sign)
    if category in _DROPPED:
        return ""
    return " " if category[0] in "PSZ" else sign


def _as_digits(match: re.Match[str]) -> str:
    signs = match[0]
    if not set(signs) & set("十百"):
        return "".join(str(_FIGURES[sign]) for sign in signs)
    total, figure = 0, 0
    for sign in signs:
        if sign in _FIGURES:
            figure = _FIGURES[sign]
        else:
            total += (figure or 1) * (100 if sign == "百" else 10)
            figure = 0
    return str(total + figure)
