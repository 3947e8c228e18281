"""What a website asks of those who read it by machine: robots.txt (RFC 9309).

Here belongs reading that file. Not here: keeping to it (`kinds/website.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: The standard has a reader take so much of it at least.
LONGEST = 500_000


@dataclass
class Robots:
    """Rules for one reader; without a file everything is allowed."""

    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay: float = 0.0
    sitemaps: list[str] = field(default_factory=list)

    def allows(self, path: str) -> bool:
        """The longest pattern that fits decides; of two as long the one that allows."""
        fitting = [(len(one), allowed) for one, allowed in self.rules if _fits(one, path)]
        return max(fitting, default=(0, True))[1]


def read(text: str, agent: str) -> Robots:
    """The rules for `agent`, else those for all."""
    groups: dict[str, Robots] = {}
    robots, named, is_naming = Robots(), [Robots()], False
    for line in text[:LONGEST].splitlines():
        word, colon, value = line.partition("#")[0].partition(":")
        word, value = word.strip().lower(), value.strip()
        if not colon:
            continue
        if word == "sitemap":
            robots.sitemaps.append(value)
        elif word == "user-agent":
            one = groups.setdefault(value.lower(), Robots())
            named = [*named, one] if is_naming else [one]
        elif word in ("allow", "disallow") and value:
            for group in named:
                group.rules.append((value, word == "allow"))
        elif word == "crawl-delay" and re.fullmatch(r"\d{1,5}(\.\d{1,3})?", value):
            for group in named:
                group.delay = float(value)
        is_naming = word == "user-agent" or (is_naming and word == "sitemap")
    ours = groups.get(agent.lower()) or groups.get("*") or Robots()
    robots.rules, robots.delay = ours.rules, ours.delay
    return robots


def _fits(pattern: str, path: str) -> bool:
    """`*` stands for anything, `$` at the end for the end; parts are looked for one after another,
    so that no pattern takes long."""
    is_whole = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, part in enumerate(parts):
        if is_whole and number == len(parts) - 1:
            return len(path) - len(part) >= at and path.endswith(part)
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return at == len(path) or not is_whole
