"""The steps that scipy's Moré–Thuente search asks for, for the tests in src/line_search.rs.

Made with scipy 1.17:

    python searches.py 1 > searches.json

Argument: the seed. A search is told values and slopes that no smooth function need have, on coarse grids where ties are
frequent, so each of its branches is taken; where there is a step for each trial, the last one was accepted. Of 20000 random
searches those are kept that take a branch in a way that none before took.
"""
import json
import re
import sys

import numpy as np
import scipy
from scipy.optimize import _dcsrch

taken = []
original = _dcsrch.dcstep


def dcstep(stx, fx, dx, sty, fy, dy, stp, fp, dp, brackt, least, most):
    result = original(stx, fx, dx, sty, fy, dy, stp, fp, dp, brackt, least, most)
    case = 1 if fp > fx else 2 if dp * dx < 0 else 3 if abs(dp) < abs(dx) else 4
    ties = fp == fx, dp == 0, abs(dp) == abs(dx)
    ends = result[6] == least, result[6] == most, abs(result[6] - stp) <= abs(0.66 * (sty - stp))
    taken.append((case, bool(brackt), bool(stp > stx), bool(sty > stp), ties, ends))
    return result


_dcsrch.dcstep = dcstep


def search(rng):
    pick = lambda *options: float(rng.choice(options))
    first = pick(0.5, 1.0, 2.0)
    tolerances = [pick(0.125, 0.25, 1e-4), pick(0.25, 0.5, 0.9), pick(1e-10, 0.125, 0.5)]
    limits = [pick(0.0, first / 2, first), pick(first, first * 4, first * 16, 1e10)]
    value, slope = pick(0.0, 4.0), -pick(0.5, 1.0, 2.0)
    machine = _dcsrch.DCSRCH(None, None, *tolerances, *limits)
    step, _, _, task = machine._iterate(first, value, slope, b"START")
    start, trials, steps, kinds = [value, slope], [], [step], set()
    while task[:2] == b"FG" and len(trials) < 12:
        before = machine.stage, machine.brackt, machine.width1
        # mostly downhill, with ties to the sufficient decrease
        drop = pick(0.0, tolerances[0], 0.0625, 0.5, 1.0, -0.25, -0.5)
        value = start[0] + step * (drop * start[1]) if rng.random() < 0.5 else start[0] + pick(-1.0, -0.5, -0.25, 0.0, 0.25)
        if rng.random() < 0.2:
            value = machine.fx
        slope = start[1] * pick(1.0, 0.75, 0.5, 0.25, 0.125, -0.25, -0.5, -1.0, -2.0, 4.0, 0.0)
        if rng.random() < 0.1:
            slope = machine.gx
        if rng.random() < 0.1:
            slope = tolerances[0] * start[1]
        taken.clear()
        trials.append([value, slope])
        step, _, _, task = machine._iterate(step, value, slope, task)
        if not np.isfinite(step):
            return None
        bisected = bool(machine.brackt and step == machine.stx + 0.5 * (machine.sty - machine.stx))
        kinds.add((before[:2], *taken, bisected, step in limits, step == machine.stx, task[:20]))
        if task[:2] == b"FG":
            steps.append(float(step))
    return {"tolerances": tolerances, "limits": limits, "start": start, "trials": trials, "steps": steps}, kinds


def hexed(entry):
    if isinstance(entry, list):
        return [hexed(e) for e in entry]
    return re.sub(r"\.?0*p", "p", entry.hex()) if isinstance(entry, float) else entry


def main():
    seed = int(sys.argv[1])
    rng = np.random.default_rng(seed)
    seen, rows = set(), []
    with np.errstate(all="ignore"):
        for _ in range(20000):
            found = search(rng)
            if found and any(kind not in seen for kind in found[1]):
                rows.append({name: hexed(entry) for name, entry in found[0].items()})
                seen |= found[1]
    document = {"made with": f"scipy {scipy.__version__}", "seed": seed}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    print(json.dumps(document)[:-1] + ', "searches": [\n' + lines + "\n]}")


main()
