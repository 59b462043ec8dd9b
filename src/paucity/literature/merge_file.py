"""The merge file: text that a person can read, change and undo, and who decided each of its items.

A reviewer changes `decision` to `keep apart`, `merge` or `undecided`; a decision a person made is
never overwritten, with a name in `by` or without.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import yaml

from paucity.literature.decide import MERGE
from paucity.literature.merge import PAUCITY, Merge
from paucity.text import Finding, Map, Seq, Severity, parse_yaml, span_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from paucity.text import Value

DECISIONS: Final = ("merge", "keep apart", "undecided")

UNNAMED: Final = "unnamed"
"""Who decided, where a person did and left no name."""

HEADER: Final = """\
# Records that are one report. Change `decision` to `keep apart` to undo a merge, or to `merge` for
# a pair that is undecided, and put your name in `by`: what you changed, the next run keeps.
"""

_TOTAL: Final = re.compile(r"= ([+-]\d+(?:\.\d+)?)$")


def settled(
    found: Iterable[Merge], before: Iterable[Merge] = (), name: str = "merges.yaml"
) -> tuple[list[Merge], list[Finding]]:
    """Return what is decided: what was found now, and before it what people decided.

    Args:
        found: as deduplication finds them now.
        before: as the merge file stood; what a person decided there stays, and replaces what was
            found about the same records. An item that contradicts its own reasons is a person's,
            even if it says ``paucity``.
        name: of the merge file, for findings.

    Returns:
        The merges, and a finding for each item that a person changed and did not sign.

    >>> held = Merge(("pmid:1 in a.ris", "pmid:1 in b.ris"), "undecided", reasons=("same = +12",))
    >>> settled([replace(held, decision="merge")], [held])[0][0].by
    'unnamed'
    """
    findings: list[Finding] = []
    human: list[Merge] = []
    places: dict[frozenset[str], int] = {}
    for merge in before:
        if merge.by != PAUCITY:
            human.append(merge)
        elif _changed(merge):
            human.append(replace(merge, by=UNNAMED))
            findings.append(_unsigned(name, merge))
        else:
            places[frozenset(merge.records)] = merge.at
    decided = {frozenset(m.records) for m in human}
    new = [
        replace(m, at=places.get(frozenset(m.records), 0))
        for m in found
        if frozenset(m.records) not in decided
    ]
    return [*human, *new], findings


def _changed(merge: Merge) -> bool:
    """Tell whether an item that says it is paucity's decides what paucity would not have.

    It is held against its own reasons: what is found today says nothing about who wrote it.
    """
    totals = [float(m[1]) for m in map(_TOTAL.search, merge.reasons) if m]
    if merge.decision == "keep apart" or not merge.reasons:
        return True
    if merge.decision == "merge":
        return any(total < MERGE for total in totals)
    return len(merge.records) > 2 or any(total >= MERGE for total in totals)


def _unsigned(name: str, merge: Merge) -> Finding:
    message = f"`{merge.decision}` is not what paucity decides for these reasons: it holds as a"
    message += " person's decision"
    hint = "put your name in `by`; to have paucity decide, remove the item"
    span = span_of(name, merge.at)
    return Finding("merge-unsigned", Severity.NOTE, span, message, hint, name)


def taken_out(merges: Iterable[Merge], name: str = "merges.yaml") -> list[Finding]:
    """Return a finding for each record that was taken out of a merge of paucity's by hand.

    Args:
        merges: as the file tells them.
        name: of the merge file.

    >>> held = Merge(("pmid:1 in a.ris", "pmid:1 in b.ris"), "merge", reasons=(
    ...     "pmid:1 in a.ris / pmid:1 in b.ris: same PMID (+12) = +12",
    ...     "pmid:1 in a.ris / pmid:1 in c.ris: same PMID (+12) = +12"))
    >>> [finding.code for finding in taken_out([held])]
    ['merge-record-taken-out']
    """
    out = []
    for merge in merges:
        if merge.by != PAUCITY or merge.decision != "merge":
            continue
        gone = next((r for r in merge.reasons if not _about(r, merge.records)), "")
        if gone:
            message = f"a record was taken out, and is looked at anew: {gone}"
            hint = "to keep it out, leave it where it was and add an item `keep apart` for the two"
            span = span_of(name, merge.at)
            out.append(
                Finding("merge-record-taken-out", Severity.WARNING, span, message, hint, name)
            )
    return out


def _about(reason: str, names: Sequence[str]) -> bool:
    """Tell whether a reason that names two records names two of these."""
    if not _TOTAL.search(reason):
        return True  # not one that paucity wrote
    first, _, rest = reason.partition(" / ")
    return first in names and any(rest.startswith(f"{other}: ") for other in names)


def write_merges(merges: Iterable[Merge]) -> str:
    """Return the merge file as YAML text, in the order of the merges; see :func:`settled`."""
    items = [_plain(m) for m in merges]
    if not items:
        return HEADER + "[]\n"
    body: str = yaml.safe_dump(items, sort_keys=False, allow_unicode=True, width=96)
    return HEADER + body


def _plain(merge: Merge) -> dict[str, Any]:
    out: dict[str, Any] = {"decision": merge.decision, "by": merge.by}
    if merge.title:
        out["title"] = merge.title
    out["records"] = list(merge.records)
    if merge.reasons:
        out["because"] = list(merge.reasons)
    return out


def read_merges(text: str, name: str = "merges.yaml") -> tuple[list[Merge], list[Finding]]:
    """Read a merge file; a damaged item becomes a finding and the rest is read."""
    document = parse_yaml(text, name)
    findings = list(document.findings)
    tree = document.tree
    if tree is None:
        return [], findings
    if not isinstance(tree, Seq):
        findings.append(_fault(name, getattr(tree, "at", 0), "a merge file is a list of merges"))
        return [], findings
    merges = []
    for item, at in zip(tree, tree.items_at, strict=True):
        merge = _merge(item, at, name, findings)
        if merge:
            merges.append(merge)
    return merges, findings


def _merge(item: Value, at: int, name: str, findings: list[Finding]) -> Merge | None:
    if not isinstance(item, Map):
        findings.append(_fault(name, at, "a merge has `decision` and `records`"))
        return None
    records = _texts(item.get("records"))
    decision = item.get("decision")
    if len(records) < 2:
        findings.append(_fault(name, at, f"a merge names at least 2 records, found {len(records)}"))
        return None
    if not (isinstance(decision, str) and decision in DECISIONS):
        place = item.values_at.get("decision", at)
        options = ", ".join(DECISIONS)
        findings.append(_fault(name, place, f"decision {decision!r} is none of {options}"))
        return None
    by, title = item.get("by"), item.get("title")
    return Merge(
        records,
        decision,
        by if isinstance(by, str) and by else UNNAMED,  # paucity always writes its own
        _texts(item.get("because")),
        title if isinstance(title, str) else "",
        at,
    )


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(x for x in value if isinstance(x, str)) if isinstance(value, Seq) else ()


def _fault(name: str, at: int, message: str) -> Finding:
    return Finding("merge-unreadable", Severity.ERROR, span_of(name, at), message, "", name)
