"""Rounds of faults for the record: `python -m bench.chaos --rounds 1000`. Exit code 1 when anything did not hold."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import asdict
from pathlib import Path

from bench.chaos.rounds import Round, run
from bench.instance import copy_database


def main() -> None:
    """Run, print a line for each round and the table, and write every round as a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--until", help="begin no round after this time of day, as 16:45")
    parser.add_argument("--output", type=Path, default=Path(".cache/chaos.jsonl"))
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    rounds: list[Round] = []
    with options.output.open("a") as output:
        for each in run(options.seed, options.rounds, lambda site: copy_database(site.folder), options.only):
            rounds.append(each)
            print(_line(each), flush=True)
            output.write(json.dumps(asdict(each)) + "\n")
            output.flush()
            if options.until and time.strftime("%H:%M") >= options.until:
                break
    print(table(rounds))
    sys.exit(any(each.faults for each in rounds))


def _line(each: Round) -> str:
    wrong = "".join(f"\n    {fault}" for fault in each.faults)
    counts = (
        f"acknowledged {each.acknowledged:4} of {each.sent:4}, refused {each.refused:3}, cut {each.cut:3}"
    )
    return f"{each.number:5} {each.fault:40} {counts}, again after {each.recovery:5.2f} s{wrong}"


def table(rounds: list[Round]) -> str:
    """Markdown: a row for each fault."""
    columns = (
        "fault",
        "rounds",
        "acknowledged",
        "503",
        "cut",
        "lost",
        "other",
        "works again after: median, most",
    )
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    names = sorted({each.fault for each in rounds})
    lines += [_row(name, [each for each in rounds if each.fault == name]) for name in names]
    return "\n".join([*lines, _row("**all**", rounds)])


def _row(name: str, rounds: list[Round]) -> str:
    times = [each.recovery for each in rounds] or [0.0]
    lost = sum(each.lost for each in rounds)
    cells = (
        name,
        f"{len(rounds):,}",
        f"{sum(each.acknowledged for each in rounds):,}",
        f"{sum(each.refused for each in rounds):,}",
        f"{sum(each.cut for each in rounds):,}",
        str(lost),
        str(sum(len(each.faults) for each in rounds) - lost),
        f"{statistics.median(times):.1f} s, {max(times):.1f} s",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
