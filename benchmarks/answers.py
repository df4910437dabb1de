"""The answers that the documents show, and those answers with one thing changed: what each client makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.documented import EVENT_STREAM, Documented, documented, mutants
from benchmarks.reading import Ours, Reader, readers
from benchmarks.tables import OURS, Row, Table

MUTATIONS = (
    *("a key dropped", "null", "a number as text", "an unknown word"),
    *("a list for an object", "an object for a list"),
)


def outcome(reader: Reader, answer: Documented) -> tuple[bool, bool]:
    """Whether an answer becomes a model, and whether the model gives back what was in it."""
    try:
        model = reader.read(answer)
    except Exception:  # whatever a client raises is what its caller meets
        return False, False
    try:
        back: Any = reader.back(model)
    except Exception:
        return True, False
    return True, back in (answer.body, answer.back)


def shown(name: str, by: dict[str, Reader]) -> Iterator[Row]:
    """What becomes of the answers of a document."""
    answers = documented(name)
    title = name.capitalize()
    counted = {who: [outcome(reader, answer) for answer in answers] for who, reader in by.items()}
    goal = float(len(answers))
    for what, index in (("decoded", 0), ("decoded, and given back as they came", 1)):
        figures = {who: float(sum(each[index] for each in found)) for who, found in counted.items()}
        yield Row(f"answers of {title} {what}", figures, f"of {len(answers)}", "more", goal, digits=0)


def as_json(answer: Documented) -> Documented:
    """The media type that every client reads: what octet-stream costs is counted with the answers as documented."""
    return answer if answer.content_type == EVENT_STREAM else answer._replace(content_type="application/json")


def changed(by: dict[str, Reader]) -> list[Row]:
    """How many changed answers give no model, by what was changed, and in all."""
    answers = [as_json(answer) for answer in documented("monitoring")]
    made = list(mutants(answers))
    of = Counter(mutant.kind for mutant in made)
    failed: dict[str, Counter[str]] = {who: Counter() for who in by}
    alone: dict[str, int] = dict.fromkeys(by, 0)
    for who, reader in by.items():
        for mutant in made:
            if not outcome(reader, mutant.answer)[0]:
                failed[who][mutant.kind] += 1
                alone[who] += outcome(reader, mutant.unchanged)[0]
    rows = [
        Row(kind, {who: float(counts[kind]) for who, counts in failed.items()}, f"of {of[kind]:,}", digits=0)
        for kind in MUTATIONS
    ]
    every = {who: float(counts.total()) for who, counts in failed.items()}
    caused = {who: float(count) for who, count in alone.items()}
    return [
        *rows,
        Row("all changes", every, f"of {len(made):,}", goal=0, digits=0),
        Row("of them, where the answer gives a model unchanged", caused, digits=0),
    ]


def tables() -> Iterator[Table]:
    by = readers()
    monitoring = list(shown("monitoring", by))
    commissioning = list(shown("commissioning", {OURS: Ours()}))
    yield Table(
        "Documented answers",
        "Every answer that the published documents show, of each operation and status, in the media type that they"
        " name, through each client's own way of parsing: its call or its parser of answers; for models that come"
        " without a client, the class of that operation and status, of the JSON. An answer is decoded where a model"
        " comes out. The peers are generated from Monitoring, unpatched.",
        [*monitoring, *commissioning],
    )
    yield Table(
        "Changed answers that give no model",
        "Every success that Monitoring shows, with one thing changed in every place and way, as services change and as"
        " this one departs from its document; all of them as JSON. Counted is what raises, or gives nothing.",
        changed(by),
    )
