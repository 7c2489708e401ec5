"""matplotlib's limits, ticks and labels for random data, as the demo's axes are compared with.

Made with matplotlib 3.11.2 on Python 3.11:

    pip install matplotlib
    python generate.py 1 120 > ticks.json

Arguments: the seed and the number of axes.
"""
import json
import random
import sys

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt


def axis(rng, number):
    if number == 0:
        data = [0.0, 3.0]
    elif number < 6:
        data = [rng.choice([0.0, 1.0, -2.5, 1e-7, 1e9])] * 2
    else:
        center = rng.choice([0, 0, 1, -3, 100]) * 10 ** rng.uniform(-8, 8)
        width = 10 ** rng.uniform(-3, 3) * (abs(center) or 10 ** rng.uniform(-8, 8))
        data = [center + width * rng.uniform(-1, 1) for _ in range(2)]
    figure = plt.figure(figsize=(4, 4), dpi=100)
    figure.subplots_adjust(bottom=0.125)
    axes = figure.gca()
    axes.scatter(data, data)
    figure.canvas.draw()
    rows = []
    for which in (axes.xaxis, axes.yaxis):
        low, high = which.get_view_interval()
        ticks = [float(t) for t in which.get_majorticklocs()]
        labels = [t.get_text() for t in which.get_ticklabels()]
        kept = [(t, l) for t, l in zip(ticks, labels) if low <= t <= high]
        common = which.get_major_formatter().get_offset()
        rows.append({"data": data, "bins": int(which.get_tick_space()), "limits": [float(low), float(high)],
                     "ticks": [t for t, _ in kept], "labels": [l for _, l in kept], "common": common})
    plt.close(figure)
    return rows


rng = random.Random(int(sys.argv[1]))
rows = [row for number in range(int(sys.argv[2])) for row in axis(rng, number)]
print("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]")
