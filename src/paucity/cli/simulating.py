"""Make synthetic participants."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from paucity.cli.exporting import told
from paucity.cli.group import Fault, main, plural


class Times(click.ParamType[Decimal]):
    """How many times the scenario's own: a number from 0 to 5."""

    name = "times"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        try:
            times = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"`{value}` is no number", param, ctx)
        if not (times.is_finite() and 0 <= times <= 5):
            self.fail(f"`{value}` is not from 0 to 5", param, ctx)
        return times


@main.command()
@click.option(
    "--participants",
    "-n",
    type=click.IntRange(1, 10_000_000),
    default=100,
    show_default=True,
    help="How many.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same files, on every machine.",
)
@click.option("--scenario", default="hlh-response", show_default=True, help="Its name, or a file.")
@click.option("--noise", type=Times(), default="1", show_default=True, help="0 for none.")
@click.option("--missing", type=Times(), default="1", show_default=True, help="0 for no gaps.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", help="Of the rows."
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), required=True, help="The folder to write."
)
def simulate(
    participants: int,
    seed: int,
    scenario: str,
    noise: Decimal,
    missing: Decimal,
    form: str,
    out: Path,
) -> None:
    """Make synthetic participants with known truth, for tutorials and tests.

    Nobody's data are in them, and nothing about a disease can be learned from them.
    """
    from paucity.response.scenario import load_scenario
    from paucity.response.simulate import Simulation
    from paucity.response.simulate_files import write_simulation

    read, findings = load_scenario(scenario)
    told(findings)
    if read is None:
        raise Fault(f"the scenario `{scenario}` cannot be simulated")
    if out.is_file():
        raise Fault(f"`{out}` is a file; name a folder")
    asked = Simulation(participants, seed, noise, missing)
    written = write_simulation(read, asked, out, form="parquet" if form == "parquet" else "csv")
    told(written.findings)
    click.echo(f"{plural(written.participants, 'synthetic participant')}, {written.rows} rows")
    for name in written.files:
        click.echo(f"  {out / name}")
