"""HTML that is safe by how it is made: whatever is not `Html` is text, and is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_VOID = frozenset({"meta", "br"})


class Html(str):
    """Markup. Only `tag`, `joined`, and whoever knows what is in it make one."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str) -> Html:
    """An element. `class_` stands for `class`, `aria_label` for `aria-label`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """Things beside each other."""
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in children))


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: int = 1,
    foot: Sequence[str] = (),
) -> Html:
    """A table with a caption. The first column names its row; so many columns are words, the others numbers."""

    def line(cells: Sequence[str]) -> Html:
        return tag(
            "tr",
            tag("th", cells[0], scope="row"),
            *(
                tag("td", each, **({} if index < words else _NUMBER))
                for index, each in enumerate(cells[1:], 1)
            ),
        )

    heads = [
        tag("th", name, scope="col", **({} if index < words else _NUMBER))
        for index, name in enumerate(columns)
    ]
    parts = [tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *map(line, rows))]
    if foot:
        parts.append(tag("tfoot", line(foot)))
    return tag("div", tag("table", *parts), class_="wide", tabindex="0", role="region", aria_label=caption)


_NUMBER = {"class_": "number"}
