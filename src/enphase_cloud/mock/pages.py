"""The pages that a person sees on the way to a token: consent, the code to copy, what went wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape

from enphase_cloud.mock.accounts import Application, Owner
from enphase_cloud.mock.replies import Reply

SCOPES = {
    "read": "See your systems: what they produce, use and store, their devices and events, now and in the past",
    "write": "Change your systems: battery mode and reserve, storm guard, load control, EV charging",
}
STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #566373; --line: #cfd6de; --page: #eef1f4;
  --card: #fff; --accent: #b34700; --on-accent: #fff; --bad: #a3121f }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --soft: #a5b1be; --line: #3d4856; --page: #12171d;
  --card: #1c232c; --accent: #ff9a4d; --on-accent: #20140a; --bad: #ff8f8f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line);
  border-top: .3rem solid var(--accent); border-radius: .6rem; padding: 1.75rem 2rem 2rem;
  box-shadow: 0 .3rem 1.5rem rgb(0 0 0 / 8%) }
h1 { font-size: 1.35rem; line-height: 1.3; margin: .25rem 0 1rem }
p, ul { margin: 0 0 1rem } main > :last-child { margin: 0 } ul { padding-left: 1.2rem } li + li { margin-top: .35rem }
.sandbox { color: var(--accent); font-size: .8rem; font-weight: 600; letter-spacing: .04em; margin: 0 }
.note { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere }
.bad { color: var(--bad); font-weight: 600 }
label { display: block; font-weight: 600; margin: 0 0 .3rem }
select, input { width: 100%; font: inherit; color: inherit; background: var(--page); margin: 0 0 1rem;
  padding: .55rem .7rem; border: 1px solid var(--soft); border-radius: .4rem }
.choices { display: flex; gap: .75rem; margin: .5rem 0 1.25rem }
button { flex: 1; font: inherit; font-weight: 600; padding: .65rem 1rem; border-radius: .4rem; cursor: pointer;
  border: 1px solid var(--soft); background: none; color: inherit }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
output { display: block; font: 700 1.8rem/1.4 ui-monospace, Consolas, monospace; text-align: center;
  padding: .6rem; margin: 0 0 1rem; background: var(--page); border: 1px dashed var(--soft); border-radius: .4rem;
  overflow-wrap: anywhere; user-select: all }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def consent_page(
    application: Application,
    owners: Iterable[Owner],
    asked: Mapping[str, str],
    *,
    scope: str,
    leads_to: str,
    form_sources: str,
    chosen: Owner,
    refused: str | None = None,
) -> Reply:
    """The form that lets a person approve or deny.

    asked: the parameters of the request, which the form carries on
    leads_to: where the answer goes, as a person reads it
    form_sources: where the browser lets the form end up, as of `redirects.form_sources`
    refused: why the form comes again
    """
    carried = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    people = "".join(
        f'<option value="{escape(each.username)}"{" selected" if each == chosen else ""}>'
        f"{escape(each.username)} ({_systems(each)})</option>"
        for each in owners
    )
    asks = "".join(f"<li>{SCOPES[word]}</li>" for word in scope.split())
    limits = application.limits
    plan = (
        "no plan, and no limits"
        if limits is None
        else f"the plan {limits.name.capitalize()}: {limits.per_minute} calls a minute, "
        f"{limits.per_month:,} a month"
    )
    complaint = "" if refused is None else f'<p class="bad" role="alert">{escape(refused)}</p>'
    name = escape(application.name)
    return _page(
        f"{name} asks for access",
        f"""<p><strong>{name}</strong> wants to:</p>
<ul>{asks}</ul>
<p class="note">The application has {plan}.</p>
{complaint}<form method="post" action="/oauth/authorize">
{carried}
<label for="owner">Sign in as</label>
<select id="owner" name="owner">{people}</select>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{escape(chosen.password)}"
 autocomplete="off" required aria-describedby="hint">
<p class="note" id="hint">Everybody of the sandbox has the password that is filled in.</p>
<div class="choices"><button class="main" name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button></div>
</form>
<p class="note">You will go on to {escape(leads_to)}</p>""",
        status=200 if refused is None else 403,
        form_sources=form_sources,
    )


def code_page(code: str | None, error: str | None) -> Reply:
    """The page for applications without an address of their own: it shows the code, to be copied."""
    if code is not None:
        return _page(
            "Your code",
            f"""<p>Copy this code to the application that asked for it:</p>
<output id="code">{escape(code)}</output>
<p class="note">It is good once, and for a few minutes. Then you can close this page.</p>""",
        )
    if error is not None:
        told = "You denied access" if error == "access_denied" else "There is no code"
        return _page(
            told,
            f"""<p>The application gets nothing. It can ask again.</p><p class="note">{escape(error)}</p>""",
        )
    return _page(
        "Nothing here yet",
        "<p>After an approval, this page shows the code for the application.</p>",
        status=400,
    )


def error_page(status: int, error: str, description: str) -> Reply:
    """Why nobody is asked for consent, for the one who wrote the link."""
    return _page(
        "This request cannot be authorized",
        f"""<p>{escape(description)}</p>
<p class="note">error: <code id="error">{escape(error)}</code></p>""",
        status=status,
    )


def _systems(owner: Owner) -> str:
    if owner.system_ids is None:
        return "installer, all systems"
    count = len(owner.system_ids)
    return f"{count} system{'' if count == 1 else 's'}"


def _page(title: str, body: str, *, status: int = 200, form_sources: str = "'none'") -> Reply:
    """A page of escaped HTML. It runs nothing, loads nothing, is framed by nobody and kept by nobody."""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Enphase v4 mock server</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="sandbox">Mock server: a sandbox, no real account</p>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
    policy = (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action {form_sources}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return Reply(
        status,
        html.encode(),
        "text/html; charset=utf-8",
        {
            "content-security-policy": policy,
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
        },
    )
