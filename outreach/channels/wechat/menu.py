"""The menu below the chat: four taps instead of four words. Its keys are tokens of ours; `click` opens a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def menu() -> Mapping[str, Any]:
    """As ``menu/create`` takes it: three entries, names within 16 bytes, 60 below."""
    return {
        "button": [
            _tap("看看活动", "list"),
            _tap("我报的名", "mine"),
            {
                "name": "更多",
                "sub_button": [
                    _tap("读一读", "tip"),
                    _tap("订阅小知识", "sub"),
                    _tap("找工作人员", "person"),
                    _tap("帮助", "help"),
                    _tap("English", "lang:en"),
                ],
            },
        ]
    }


def _tap(name: str, key: str) -> Mapping[str, str]:
    return {"type": "click", "name": name, "key": key}
