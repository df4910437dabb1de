"""`enphase activations create`: what costs money is shown first, and done once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from math import ceil
from typing import TYPE_CHECKING, Any

import click
from enphase_v4.catalog import OPERATIONS

from ..errors import DuplicateActivation, EnphaseError
from ..records.commissioning import ListedActivation
from ..transport.runtime import Runtime
from .activation_files import Checker
from .activation_words import short, which_new
from .asking import checked_yes, confirm, yes_option
from .formats import chosen, output_options
from .output import standard_output
from .records import flattened
from .session import INCOMPLETE, Progress, Refused, connected, profile_option
from .signals import interruptible
from .text import counted, note, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..client import Enphase
    from ..commissioning.activation import NewActivation
    from ..records.commissioning import Activation
    from ..rows import Estimate
    from .activation_files import Described
    from .app import Settings
    from .output import Output

CREATE = "createActivation"
CHARGE_USD = OPERATIONS[CREATE].charge
NO_WORD = b""
"""What is said to a signal at once: what it has come to is said at the end, and that is not waited for."""
COLUMNS = ("reference", "system_id", "system_name", "created", "stage", "status", "file")


def now(settings: Settings) -> float:
    """Epoch seconds, by the clock that the client has."""
    return (settings.world or Runtime()).time()


def outside_option(command: click.decorators.FC) -> click.decorators.FC:
    """Give a command `--outside-us`."""
    return click.option(
        "--outside-us",
        is_flag=True,
        help="Your company is not in the United States, where an address is always needed.",
    )(command)


@click.command("create")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and what it costs. No call is made.")
@click.option(
    "--no-check-reference",
    is_flag=True,
    help="Do not look first whether there is one with the reference, and need none: saves a hit for each. Nothing "
    "keeps one from being created, and charged, twice.",
)
@outside_option
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def create(
    settings: Settings,
    *,
    files: tuple[str, ...],
    dry_run: bool,
    no_check_reference: bool,
    outside_us: bool,
    yes: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Create activations, as files describe them.

    Each costs $2. FILEs are YAML or JSON, '-' is standard input. A file has one activation, a list of them, or
    several YAML documents. `enphase activations schema` prints what there can be in it. Quotes are not needed:
    '02139' and 'on' stay text.

    All files are read and checked first; what is wrong is said by file, line and field, and nothing is sent. Then it
    is said what is to be created and what it costs, and asked.

    An activation whose reference is there already is left out, with exit status 6; so the same command can be run
    again, whatever became of it, and creates what is missing. Where an answer is lost, it is looked for, and never sent
    a second time.

    Two hits for each: one to look first.
    """
    output = chosen(csv_file, as_json=as_json)
    if not dry_run:
        checked_yes(yes)
    checker = Checker(united_states=not outside_us, now=now(settings))
    found = checker.new_ones(files, references=not no_check_reference)
    if checker.complaints:
        raise Refused(checker.tell(len(files)))
    progress = Progress()
    with connected(settings, progress) as client:
        estimate = client.commissioning.estimate_activations(
            len(found), check_reference=not no_check_reference
        )
        if dry_run:
            _show(found, estimate, output, as_json=as_json)
            note(f"{_costs(len(found), estimate, client)}; nothing was sent")
            return
        for each in found:
            note(f"{each.file}: {which_new(each.body)}")
        note(_costs(len(found), estimate, client))
        with output:
            confirm(f"Create {'it' if len(found) == 1 else 'them'}?", yes=yes)
            output.begin(COLUMNS)
            run = Run(client, output, check_reference=not no_check_reference, united_states=not outside_us)
            with interruptible(NO_WORD), run.told(found, progress):
                for each in found:
                    run.create(each)
    if run.there:
        raise click.exceptions.Exit(INCOMPLETE)


class Run:
    """Creates one after the other, and knows what has become of them."""

    def __init__(
        self, client: Enphase, output: Output, *, check_reference: bool, united_states: bool
    ) -> None:
        self._client = client
        self._output = output
        self._check_reference = check_reference
        self._united_states = united_states
        self._begun: NewActivation | None = None
        self.created: list[str] = []
        self.there = 0

    def create(self, described: Described[NewActivation]) -> None:
        """Create one. One that is there already is said, and is no error; one that cannot be read is written, too."""
        self._begun = described.body
        try:
            made = self._client.commissioning.create_activation(
                described.body,
                check_reference=self._check_reference,
                united_states=self._united_states,
            )
        except DuplicateActivation as error:
            note(f"{described.file}: left out: {error}")
            self.there += 1
            self._begun = None
            self._write(described, error.activation, created=False)
        except EnphaseError as error:
            if isinstance(error.partial, ListedActivation):  # created, and paid for
                self._created(described, error.partial)
            raise
        else:
            self._created(described, made)

    def _created(self, described: Described[NewActivation], made: Activation | ListedActivation) -> None:
        self.created.append(short(described.body))
        self._begun = None
        self._write(described, made, created=True)

    def _write(
        self, described: Described[NewActivation], made: Activation | ListedActivation, *, created: bool
    ) -> None:
        known = (made.reference, made.system_id, made.system_name, created, made.stage, made.status)
        self._output.add((*known, described.file))
        self._output.flush()

    @contextmanager
    def told(self, found: Sequence[Described[NewActivation]], progress: Progress) -> Iterator[None]:
        """Say what was done and what it cost, however it ends; and where it did not come to its end, how to go on."""
        try:
            yield
        except BaseException as error:
            self._tell(progress)
            if self._begun is not None and not isinstance(error, EnphaseError):  # which says so itself
                note(f"{short(self._begun)} may have been created, too")
            left = len(found) - len(self.created) - self.there
            if left:
                note(f"incomplete: {left} of {len(found)} are left: {self._advice()}")
            raise
        self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        count = len(self.created)
        left_out = f", {self.there} left out" if self.there else ""
        charged = f" for ${count * CHARGE_USD:.2f}" if count else ""
        note(f"{counted(count, 'activation')} created{charged}{left_out}, {counted(progress.hits, 'hit')}")

    def _advice(self) -> str:
        if self._check_reference:
            return "run the same again, it creates those that are not there"
        if not self.created:
            return "look through `enphase activations list` before you run it again"
        return f"before you run it again, leave out what was created: {', '.join(self.created)}"


def _show(
    found: Sequence[Described[NewActivation]], estimate: Estimate, output: Output, *, as_json: bool
) -> None:
    """What would be sent, for people by field, for programs as JSON, or a row for each."""
    if as_json:
        bodies = [{"file": each.file, "body": each.body.wire()} for each in found]
        standard_output()
        click.echo(json.dumps({"activations": bodies, "estimate": asdict(estimate)}, indent=2))
        return
    with output:
        if output.for_people:
            for each in found:
                click.echo(safe(f"{each.file}: {which_new(each.body)}"))
                told = list(flattened(each.body.wire()))
                widest = max(len(name) for name, _ in told)
                for name, value in told:
                    click.echo(f"  {name:<{widest}}  {safe(_worded(value))}")
            return
        output.begin(("file", "reference", "system_name", "body", "charge_usd"))
        for each in found:
            body = each.body.wire()
            output.add((each.file, body.get("reference"), body["system_name"], body, CHARGE_USD))


def _worded(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _costs(count: int, estimate: Estimate, client: Enphase) -> str:
    """What it comes to, in a line."""
    told = [
        f"{counted(count, 'activation')}: ${estimate.cost_usd:.2f} (${CHARGE_USD:.2f} each), "
        f"{counted(estimate.hits, 'hit')}"
    ]
    if estimate.seconds:
        told.append(f"about {counted(ceil(estimate.seconds / 60), 'minute')} at the plan's pace")
    quota = client.quota
    limit, used = quota.plan.writes_per_month, quota.writes.get(CREATE)
    if limit is not None:
        left = limit if used is None or used.left is None else used.left
        told.append(f"{left} of the month's {limit} creations are left")
    if not estimate.within_month:
        told.append("more than is left of this month")
    return ", ".join(told)
