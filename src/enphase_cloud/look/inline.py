"""Charts as SVG that lies in a page: it takes the page's colours, light and dark, and is described in words.

matplotlib is given colours that stand for those of the page, and they are replaced in what it writes. Nobody else's
text is in it: the name of a system stands in the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .colours import Colours, variable
from .drawing import unnamed
from .html import Html, tag
from .tracks import STATE, TRACKS

if TYPE_CHECKING:
    from .charts import Chart

WIDTH, HEIGHT = 1080, 640
_VARIABLES = {
    **{name: f"#fe00{number:02x}" for number, name in enumerate(("paper", "ink", "faint", "missing"), 1)},
    **{name: f"#fe01{number:02x}" for number, name in enumerate((*TRACKS, STATE), 1)},
}
_STANDING_FOR = Colours(
    _VARIABLES["paper"],
    _VARIABLES["ink"],
    _VARIABLES["faint"],
    _VARIABLES["missing"],
    {name: _VARIABLES[name] for name in (*TRACKS, STATE)},
)
_UNWANTED = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", re.DOTALL)
_IDS = re.compile(r'(\bid="|url\(#|xlink:href="#)')


def drawn(chart: Chart, title: str, description: str) -> Html:
    """The chart as an `svg` element. Every id in it begins with its period: a page may hold one of each."""
    prefix = f"{chart.period}-"
    written = unnamed(chart, _STANDING_FOR, WIDTH, HEIGHT)
    inside = _UNWANTED.sub("", written[written.index("<svg") :])
    opening, inside = inside.split(">", 1)
    inside = inside[: inside.rindex("</svg>")]
    inside = _IDS.sub(lambda found: found[1].replace("xlink:", "") + prefix, inside)
    for name, colour in _VARIABLES.items():
        inside = inside.replace(colour, f"var({variable(name)})")
    box = re.search(r'viewBox="([\d. ]+)"', opening)
    return tag(
        "svg",
        tag("title", title, id=f"{prefix}title"),
        tag("desc", description, id=f"{prefix}words"),
        Html(inside),
        viewBox=box[1] if box else "0 0 1 1",
        role="img",
        aria_labelledby=f"{prefix}title {prefix}words",
        xmlns="http://www.w3.org/2000/svg",
    )
