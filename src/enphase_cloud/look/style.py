"""The style of the report: light, dark, and on paper."""

from __future__ import annotations

from .colours import LIGHT, TRACK_COLOURS, variable

_DARK_TRACKS = {
    **TRACK_COLOURS,
    "consumption": "#4ea8e6",
    "import": "#ee7733",
    "export": "#9ad4f5",
    "charge": "#2fc796",
    "state of charge": "#2fc796",
    "discharge": "#e3a0c6",
}


def _variables(paper: str, ink: str, faint: str, missing: str, tracks: dict[str, str]) -> str:
    named = {"paper": paper, "ink": ink, "faint": faint, "missing": missing, **tracks}
    return "".join(f"{variable(name)}:{value};" for name, value in named.items())


_LIGHT_VARIABLES = _variables(LIGHT.paper, LIGHT.ink, LIGHT.faint, LIGHT.missing, TRACK_COLOURS)
_DARK_VARIABLES = _variables("#0d1117", "#e6edf3", "#30363d", "#8b949e", _DARK_TRACKS)

STYLE = f"""
:root{{color-scheme:light dark;{_LIGHT_VARIABLES}}}
@media (prefers-color-scheme:dark){{:root{{{_DARK_VARIABLES}}}}}
@media print{{:root{{color-scheme:light;{_LIGHT_VARIABLES}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,sans-serif}}
h1{{margin:0 0 .5rem;font-size:1.9rem;overflow-wrap:anywhere}}
h2{{margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--faint);font-size:1.25rem}}
dl{{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}}
dd{{margin:0}}
.about{{gap:.25rem 1.75rem}}
.about div{{display:flex;gap:.5rem}}
.about dt,.note,figcaption,small{{color:color-mix(in srgb,var(--ink) 72%,var(--paper))}}
.figures{{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr))}}
.figures div{{padding:.75rem 1rem;border:1px solid var(--faint);border-radius:.5rem}}
.figures dt{{font-size:.85rem}}
.figures dd{{font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;white-space:nowrap}}
figure{{margin:0}}
figcaption{{margin-top:.5rem;font-size:.9rem}}
.wide{{overflow-x:auto}}
svg{{display:block;width:100%;min-width:40rem;height:auto}}
table{{width:100%;border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}}
caption{{padding:.25rem 0;text-align:left;font-weight:600}}
th,td{{padding:.3rem .6rem;border-bottom:1px solid var(--faint);text-align:left;vertical-align:top}}
thead th{{vertical-align:bottom}}
tbody th{{font-weight:400;white-space:nowrap}}
tfoot th,tfoot td{{font-weight:600}}
.number{{text-align:right;white-space:nowrap}}
thead .number{{white-space:normal}}
td{{overflow-wrap:anywhere}}
@media print{{body{{max-width:none;padding:0;font-size:.85rem}}figure,tr,.figures div{{break-inside:avoid}}
h2,caption,figure .wide{{break-after:avoid}}.wide{{overflow:visible}}svg{{min-width:0}}}}
"""
