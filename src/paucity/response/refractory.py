"""Refractoriness by composition: a level of a response definition that is not reached in time.

Whether a level or a better one is reached is the alternative of their rules, since levels are tried
best first; so both backends compute it as they compute any level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from paucity.response.plan import AllRules, Always, AnyRule
from paucity.response.settings import Choice, Settings, choices
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.response.model import Definition
    from paucity.response.plan import LevelRule, Plan

NOT_REFRACTORY: Final = "not refractory"
REFRACTORY: Final = "refractory"
"""What a definition of refractoriness finds; a responder is not refractory."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A definition of refractoriness with the response definition that judges it.

    Attributes:
        definition: of refractoriness.
        judge: of response; or None if none was named.
        settings: the choices, with the time of the failure as the end of the window.
        origin: who named the judge.
        findings: what stands in the way.
    """

    definition: Definition
    judge: Definition | None
    settings: Settings
    origin: Literal["stated", "chosen"] = "stated"
    findings: tuple[Finding, ...] = ()


def judged(
    definition: Definition,
    settings: Settings,
    judge: Definition | None,
    known: Callable[[str], Definition | None],
) -> Judged:
    """Return a definition of refractoriness with what judges it.

    Args:
        definition: of refractoriness.
        settings: the choices; `judge` names a response definition, and `by` or `at` override the
            time after which the therapy has failed.
        judge: the response definition that judges, before any that is only named.
        known: gives a definition by name.
    """
    fails = definition.fails
    stated = fails.definition if fails else ""
    name = settings.judge or stated
    origin: Literal["stated", "chosen"] = (
        "chosen" if judge is not None or settings.judge else "stated"
    )
    found = judge or (known(name) if name else None)
    fault, hint = "", "choose a response definition with rules"
    if fails is None:
        fault = "it does not say which level is not reached"
    elif not name and judge is None:
        fault = "it names no response definition, and none was chosen"
        hint = "choose one, such as `wang-2015`"
    elif found is None:
        fault = f"there is no definition `{name}`"
    elif found.kind != "response":
        fault = f"{found.label or found.name} is a definition of {found.kind}, not of response"
    elif fails.level not in found.levels:
        fault = f"{found.label or found.name} has no level {fails.level}"
        hint = f"its levels are {', '.join(found.levels)}"
    if fault:
        label = definition.label or definition.name
        message = f"{label} is not computed: {fault}"
        span = definition.marks.span("fails")
        code = "judge-missing"
        finding = Finding(code, Severity.ERROR, span, message, hint, f"{definition.name}/fails")
        return Judged(definition, None, settings, origin, (finding,))
    if fails is not None and settings.by is None and settings.at is None:
        settings = replace(settings, by=fails.after)
    return Judged(definition, found, settings, origin)


def refractory_plan(definition: Definition, plan: Plan) -> Plan:
    """Return the plan of the judging definition, turned into one of refractoriness.

    Args:
        definition: of refractoriness.
        plan: of the response definition that judges.
    """
    level = definition.fails.level if definition.fails else ""
    names = [name for name, _ in plan.levels]
    rules = tuple(rule for _, rule in plan.levels[: names.index(level) + 1])
    reached: LevelRule = rules[0] if len(rules) == 1 else AnyRule(rules)
    if any(isinstance(rule, Always) for rule in rules):
        reached = AllRules((Always(), Always()))  # everyone reaches it: a level, not the rest
    levels = ((NOT_REFRACTORY, reached), (REFRACTORY, Always()))
    return replace(plan, name=definition.name, levels=levels)


def choices_of(found: Judged, asked: Settings) -> tuple[Choice, ...]:
    """Return every choice that a judgement of refractoriness rests on.

    Args:
        found: what judges, and when.
        asked: the settings as they were given.
    """
    if found.judge is None:
        return ()
    label = found.judge.label or found.judge.name
    out = [Choice("judged by", label, found.origin)]
    for choice in choices(found.judge, found.settings):
        overridden = asked.by is not None or asked.at is not None
        stated = choice.about == "until when values count" and not overridden
        out.append(replace(choice, origin="stated") if stated else choice)
    if found.definition.fails and found.definition.fails.therapy:
        therapy = f"{found.definition.fails.therapy}, given up to then; not checked in the data"
        out.append(Choice("therapy that failed", therapy, "stated"))
    return tuple(out)
