"""`enphase mock`."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import Any

import click

from .session import Failure


@click.command("mock")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another fleet.")
@click.option("--homes", type=int, default=4, show_default=True, help="How many systems there are.")
@click.option(
    "--frozen", metavar="TIME", help="Stop the server's clock at this time (ISO 8601; UTC without an offset)."
)
@click.option("--allow-remote", is_flag=True, help="Let --host be an address that other machines reach.")
def command(*, host: str, port: int, seed: int, homes: int, frozen: str | None, allow_remote: bool) -> None:
    """Run a server that plays the Enphase cloud, until it is interrupted (Ctrl-C).

    It prints its URL, the id of a system, and the variables that bring a client to it.
    """
    if not allow_remote and not _loopback(host):
        raise click.UsageError(f"{host} can be reached by other machines: add --allow-remote if they may.")
    options: dict[str, Any] = {"seed": seed, "homes": homes}
    if frozen is not None:
        options["clock"] = _epoch(frozen)
    try:
        from enphase_cloud.mock import run  # noqa: PLC0415 - its packages are an extra: it says so itself
    except ImportError as error:
        raise Failure(str(error)) from error
    try:
        run(host, port, echo=click.echo, **options)
    except (OSError, ValueError) as error:
        raise Failure(getattr(error, "strerror", None) or str(error)) from error


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _epoch(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a time: write it like '2026-11-20T12:00'.", param_hint="--frozen"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
