"""`enphase commissioning`: users and companies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .formats import chosen
from .installer import ID, asking, installer_command, joined, show_one, write_pairs
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..commissioning.client import Commissioning
    from ..records.base import Record
    from ..records.commissioning import Company, Subcontractor, User
    from .app import Settings
    from .output import Output

MYSELF = "self"
COMPANIES = ("company_id", "company_name", "is", "location", "roles")


@installer_command("user")
@click.argument("user_id", metavar="[ID|self]", required=False)
@click.option("--email", metavar="ADDRESS", help="The ids of whoever has this email address.")
@click.option(
    "--activation", metavar="ID", type=ID, help="The user as far as they have to do with this activation."
)
@click.option("--of-company", metavar="ID", type=ID, help="The user as one of this company.")
@click.option("--with-company", is_flag=True, help="Show the company of the user, too.")
def user(
    settings: Settings,
    *,
    user_id: str | None,
    email: str | None,
    activation: int | None,
    of_company: int | None,
    with_company: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Show a user.

    By ID; `self`, whose grant it is; or who has an email address.

    Seen are yourself, those that you created, those of your company and its branches, and owners and hosts of your
    activations.
    """
    if (user_id is None) == (email is None):
        raise click.UsageError("say which user: an id, 'self', or --email ADDRESS.")
    if email is not None and (activation or of_company or with_company):
        raise click.UsageError("--email finds ids, and nothing more: ask for the user by the id then.")
    if activation and of_company:
        raise click.UsageError("--activation and --of-company cannot be used together: choose one.")
    if user_id == MYSELF and (activation or of_company):
        raise click.UsageError("with --activation or --of-company, say the id of the user.")

    def ask(asked: Commissioning) -> Record:
        if email is not None:
            return asked.find_user(email)
        return _asked_user(asked, str(user_id), activation, of_company, with_company)

    show_one(settings, ask, csv_file, as_json=as_json)


def _asked_user(
    asked: Commissioning, user_id: str, activation: int | None, of_company: int | None, with_company: bool
) -> User:
    if activation is not None:
        return asked.activation_user(activation, user_id, company=with_company)
    if of_company is not None:
        return asked.company_user(of_company, user_id, company=with_company)
    if user_id == MYSELF:
        return asked.current_user(company=with_company)
    return asked.user(user_id, company=with_company)


@installer_command("company-users")
@click.argument("company_id", metavar="COMPANY", type=ID)
def company_users(settings: Settings, *, company_id: int, csv_file: str | None, as_json: bool) -> None:
    """List the users of a company.

    Id and email address of each. `branches` shows the id of your company.
    """
    with asking(settings, chosen(csv_file, as_json=as_json), "user") as asked:
        found = asked.commissioning.company_users(company_id)
        write_pairs(asked.output, ("user_id", "email"), found)
        tell_problems(found.problems)


@installer_command("branches")
def branches(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List your company, and its branches."""
    with asking(settings, chosen(csv_file, as_json=as_json)) as asked:
        found = asked.commissioning.branches()
        asked.output.begin(COMPANIES)
        asked.output.add((found.company_id, found.company_name, "own", None, None))
        _write_companies(asked.output, found.branches or (), "branch")
        tell_problems(found.problems)


@installer_command("subcontractors")
def subcontractors(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List your subcontractors.

    Your company, and the companies that may work for it, with their status.
    """
    with asking(settings, chosen(csv_file, as_json=as_json)) as asked:
        found = asked.commissioning.subcontractors()
        asked.output.begin((*COMPANIES, "status"))
        asked.output.add((found.company_id, found.company_name, "own", None, None, None))
        _write_companies(asked.output, found.authorized_subcontractors or (), "subcontractor", "status")
        tell_problems(found.problems)


def _write_companies(output: Output, found: Iterable[Company | Subcontractor], kind: str, *more: str) -> None:
    for each in found:
        roles = joined(output, each.roles)
        output.add(
            (
                each.company_id,
                each.company_name,
                kind,
                each.location,
                roles,
                *(getattr(each, name) for name in more),
            )
        )
