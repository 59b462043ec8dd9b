"""Records of which a person must say whether they are one report, and what the person says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Final

from paucity.literature.merge import PAUCITY, Merge, apply_merges, references
from paucity.literature.merge_file import UNNAMED, write_merges
from paucity.screening.corpus import names_of
from paucity.screening.naming import Names
from paucity.screening.votes import name_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paucity.literature.record import Record
    from paucity.screening.corpus import Corpus
    from paucity.text import Finding

_MOST: Final = 6
"""Records of one question up to which their names may be short."""


@dataclass(frozen=True, slots=True)
class Question:
    """Records that may be one report.

    Attributes:
        merge: the undecided item of the merge file.
        records: those it names, in its order.
        why: what speaks for one report and against it, a line for each pair.
    """

    merge: Merge
    records: tuple[Record, ...]
    why: tuple[str, ...]


def questions(corpus: Corpus) -> list[Question]:
    """Return what waits for a person; an item that names a record which is gone asks nothing."""
    named = dict(zip(references(corpus.records), corpus.records, strict=True))
    out = []
    for merge in corpus.merges:
        if merge.decision == "undecided" and all(name in named for name in merge.records):
            records = tuple(named[name] for name in merge.records)
            out.append(Question(merge, records, tuple(map(_bare, merge.reasons))))
    return out


def _bare(reason: str) -> str:
    """Return a reason without the names of the two records it is about."""
    _, slash, rest = reason.partition(" / ")
    _, inside, told = rest.partition(" in ")
    _, colon, why = told.partition(": ")
    return why if slash and inside and colon else reason


class PairError(ValueError):
    """What a person says does not tell which records are meant, or who says it."""


def asked_about(corpus: Corpus, texts: Sequence[str]) -> Merge:
    """Return the item of the merge file that is about some records, a new one if there is none.

    Args:
        corpus: the records, with their merges.
        texts: how a person names the records: with their files, or by an identity as people write
            it, if just one undecided item is about records of these identities.

    Raises:
        PairError: a name is that of no record, or it is not clear of which.
    """
    named = references(corpus.records)
    meant = [_meant(corpus, named, text) for text in texts]
    fitting = [q.merge for q in questions(corpus) if _fits(q.merge.records, meant)]
    if len(fitting) == 1:
        return fitting[0]
    chosen = [next(iter(held)) for held in meant]
    if any(len(held) > 1 for held in meant) or len(set(chosen)) < len(chosen):
        told = ", ".join(f"`{name}`" for name in sorted(set().union(*meant)))
        several = "several questions are" if fitting else "no question is"
        raise PairError(f"{several} about records of these names; say which with its file: {told}")
    group = frozenset(chosen)
    standing = next((m for m in corpus.merges if frozenset(m.records) == group), None)
    if standing is not None:
        return standing
    title = corpus.records[named.index(chosen[0])].title
    return Merge(tuple(chosen), "undecided", title=title)


def _meant(corpus: Corpus, named: Sequence[str], text: str) -> set[str]:
    """Return the records that a text names, by their names in the merge file."""
    if text in named:
        return {text}
    name = Names(corpus).meant(text).name
    pairs = zip(corpus.records, named, strict=True)
    found = {own for record, own in pairs if name in (own, *names_of(record))}
    if not found:
        raise PairError(f"there is no record `{text}`; see `paucity screen pairs`")
    return found


def _fits(records: Sequence[str], meant: Sequence[set[str]]) -> bool:
    """Tell whether records can be named so, one by each name."""
    if len(records) != len(meant) or len(records) > _MOST:
        return False
    return any(
        all(name in held for name, held in zip(order, meant, strict=True))
        for order in permutations(records)
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """A person's decision as it enters the merge file.

    Attributes:
        merge: the decision.
        text: the merge file with it.
        findings: what it contradicts.
        open: how many questions are left.
    """

    merge: Merge
    text: str
    findings: tuple[Finding, ...]
    open: int


def settle(corpus: Corpus, asked: Merge, *, same: bool, by: str, because: str) -> Settled:
    """Return the merge file with a person's decision about an item of it.

    Args:
        corpus: the records, with their merges.
        asked: the item, see :func:`asked_about`.
        same: the records are one report; otherwise they are kept apart.
        by: who decides.
        because: why; stands below the reasons that the item has.

    Raises:
        PairError: nobody can be called so, or no reason is given.
    """
    fault = name_fault(by)
    if by.casefold() in {PAUCITY, UNNAMED}:
        fault = (f"`{by}` is no person's name", "give your own")
    if fault is not None:
        raise PairError(f"{fault[0]}: {fault[1]}")
    reason = " ".join(because.split())
    if not reason:
        raise PairError("a decision has a reason: give it with --because")
    decision = "merge" if same else "keep apart"
    made = replace(asked, decision=decision, by=by, reasons=(*asked.reasons, f"{by}: {reason}"))
    group = frozenset(made.records)
    rest = [m for m in corpus.merges if frozenset(m.records) != group]
    merges = [made, *rest]
    findings = apply_merges(corpus.records, merges)[1]
    before = {(f.code, f.message) for f in apply_merges(corpus.records, corpus.merges)[1]}
    new = tuple(f for f in findings if (f.code, f.message) not in before)
    left = sum(m.decision == "undecided" for m in rest)
    return Settled(made, write_merges(merges), new, left)
