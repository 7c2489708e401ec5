#!/usr/bin/env python3
"""Write arrays and their texts by numpy, one JSON object a line, to standard output.

Needs numpy 1.23. The checked-in cases, from the root of the workspace:

    python crates/demo/tests/numpy_text/generate.py --seed 1 --cases 1000 \
        > crates/demo/reference/numpy_text/cases.jsonl

The large comparison (about 35 MB in a temporary file):

    cases=$(mktemp) && python crates/demo/tests/numpy_text/generate.py --seed 2 --cases 100000 \
        > "$cases" && NUMPY_TEXT_CASES="$cases" cargo test -p demo --test numpy_text; rm "$cases"

The first line names the numpy version, the seed and the number of cases. Each other line has

    dtype  "f32" or "f64"
    shape  the length of each axis
    data   the bits of the elements in hexadecimal, row-major; "*n" after one repeats it n times
    as     which text: "str", "repr", "DeviceArray" or "%f"
    text   what numpy (for "%f" Python) prints
"""

import argparse
import itertools
import json

import numpy as np

KINDS = {"f32": (np.float32, np.uint32, 8), "f64": (np.float64, np.uint64, 16)}


# Elements. Each function takes a random generator, a type and a number of elements.


def integers(rng, dtype, n):
    return rng.integers(-(10 ** rng.integers(1, 10)), 10 ** rng.integers(1, 10), n)


def short_decimals(rng, dtype, n):
    decimals = rng.integers(1, 10)
    return np.round(rng.normal(0, 10.0 ** rng.integers(-2, 4), n), decimals)


def normal(rng, dtype, n):
    return rng.normal(0, 10.0 ** rng.integers(-5, 10), n)


def within_three_decades(rng, dtype, n):
    """Mostly without exponents, up to the largest and smallest that go without."""
    return 10.0 ** (rng.uniform(-4, 5) + rng.uniform(0, 3, n))


def mixed_magnitudes(rng, dtype, n):
    decades = rng.uniform(1, 30)
    return rng.choice([-1, 1], n) * 10.0 ** rng.uniform(-decades, decades, n)


def ninth_decimal_halves(rng, dtype, n):
    """Odd multiples of 1/512 have exactly nine decimals, the last a 5; with or without exponents."""
    odd = 2 * rng.integers(0, 2 ** rng.integers(1, 23), n) + 1
    return odd / 512 * 10.0 ** rng.choice([0, 0, 0, 8, 9])


def shortest_digit_ties(rng, dtype, n):
    """Odd quarters where floats are a quarter apart: both tenths next to one read back."""
    lowest = 2.0 ** (np.finfo(dtype).nmant - 2)
    return lowest + rng.integers(0, 2**20, n) / 4


def powers_of_two(rng, dtype, n):
    info = np.finfo(dtype)
    return 2.0 ** rng.integers(info.minexp - info.nmant, info.maxexp, n)


def any_bits(rng, dtype, n):
    bits = np.dtype(dtype).itemsize * 8
    return rng.integers(0, 2**bits, n, dtype=f"uint{bits}").view(dtype)


def subnormals(rng, dtype, n):
    unsigned = f"uint{np.dtype(dtype).itemsize * 8}"
    most = 2 ** rng.integers(1, np.finfo(dtype).nmant + 1)
    return rng.integers(0, most, n).astype(unsigned).view(dtype)


def largest(rng, dtype, n):
    return rng.choice([-1, 1], n) * np.finfo(dtype).max * rng.choice([1, 0.5, 1e-3], n)


def bounds_of_notation(rng, dtype, n):
    """The bounds 1e8, 1e-4 and 1000 to 1, the last two at most one float away, and powers of ten."""
    scale = dtype(10.0 ** rng.integers(-4, 6))
    ends = np.array([1e8, 1e-4, scale, scale * dtype(1000), 10.0 ** rng.integers(-10, 10)], dtype)
    near = np.concatenate([ends, np.nextafter(ends, dtype(0)), np.nextafter(ends, dtype(1e30))])
    return rng.choice(near[rng.permutation(len(near))[: rng.integers(1, 4)]], n)


def constant(rng, dtype, n):
    return np.full(n, rng.choice([0.0, 1.0, -0.1, 1 / 3, 1e10]))


def specials_only(rng, dtype, n):
    return rng.choice([np.nan, -np.nan, np.inf, -np.inf][: rng.integers(1, 5)], n)


ELEMENTS = [
    integers,
    short_decimals,
    short_decimals,
    normal,
    normal,
    within_three_decades,
    within_three_decades,
    mixed_magnitudes,
    ninth_decimal_halves,
    ninth_decimal_halves,
    shortest_digit_ties,
    powers_of_two,
    any_bits,
    subnormals,
    largest,
    bounds_of_notation,
    bounds_of_notation,
    constant,
    specials_only,
]


def elements(rng, dtype, n):
    """Elements of one kind, sometimes of two, sometimes with special ones among them."""
    with np.errstate(all="ignore"):
        data = rng.choice(ELEMENTS)(rng, dtype, n).astype(dtype)
        if rng.random() < 0.2:
            other = rng.choice(ELEMENTS)(rng, dtype, n).astype(dtype)
            data = np.where(rng.random(n) < 0.3, other, data)
    if rng.random() < 0.25:
        special = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], n).astype(dtype)
        data = np.where(rng.random(n) < 0.2, special, data)
    if rng.random() < 0.15:
        data = -data
    return data.astype(dtype)


# Shapes.


def few(rng, axes, longest):
    """A small shape, now and then with an axis of no elements."""
    shortest = 0 if rng.random() < 0.1 else 1
    return tuple(int(n) for n in rng.integers(shortest, longest + 1, axes))


def shape(rng):
    kind = rng.random()
    if kind < 0.50:
        return (int(rng.integers(0, 13)),)
    if kind < 0.83:
        return few(rng, 2, 5)
    if kind < 0.88:
        return (int(rng.integers(13, 60)),)
    if kind < 0.91:
        return (int(rng.integers(1, 4)), int(rng.integers(7, 20)))
    if kind < 0.95:
        return few(rng, rng.integers(3, 6), 3)
    if kind < 0.96:
        return (1,) * int(rng.integers(6, 31)) + (int(rng.integers(1, 8)),)
    return ()


def shown(length):
    """The indices that a summary shows along an axis."""
    return range(length) if length <= 6 else [0, 1, 2, length - 3, length - 2, length - 1]


def summarised_array(rng, dtype):
    """More than 1000 elements, or just not so: one value all over, others where they show."""
    shapes = [(1000,), (1001,), (1002,), (25, 40), (3, 334), (6, 167), (7, 143), (144, 7), (334, 3)]
    shapes += [(1001, 1), (1, 1001), (5000,), (40, 40), (10, 10, 11), (2, 3, 200), (7, 2, 9, 8)]
    lengths = shapes[rng.integers(len(shapes))]
    data = np.full(lengths, rng.choice([np.nan, 0, 1e300, 1e-9, 7.25]).astype(dtype), dtype)
    if data.size > 1000:
        where = list(itertools.product(*map(shown, lengths)))
        data[tuple(zip(*where))] = elements(rng, dtype, len(where))
    return data


# Texts.


def device_array(array):
    """The `repr` of jax before 0.4: its rule around numpy's `array2string`.

    jax itself is not run. A dtype that does not fit is moved by blanks, without a line break.
    """
    opening, dtype = "DeviceArray(", f"dtype={array.dtype.name})"
    numbers = np.array2string(array, prefix=opening, suffix=",", separator=", ", max_line_width=75)
    counted = len(numbers) - numbers.rfind("\n") + 1
    gap = " " * len(opening) if counted + len(dtype) + 1 > 75 else " "
    return f"{opening}{numbers},{gap}{dtype}"


TEXTS = {
    "str": str,
    "repr": repr,
    "DeviceArray": device_array,
    "%f": lambda array: "%f" % array.item(),
}


def run_lengths(words):
    for word, run in itertools.groupby(words):
        count = len(list(run))
        yield word if count == 1 else f"{word}*{count}"


def case(rng):
    kind = str(rng.choice(["f32", "f64"]))
    dtype, unsigned, digits = KINDS[kind]
    if rng.random() < 0.015:
        array = summarised_array(rng, dtype)
    else:
        lengths = shape(rng)
        array = elements(rng, dtype, int(np.prod(lengths, dtype=int))).reshape(lengths)
    if array.shape == ():
        form = str(rng.choice(["str", "repr", "DeviceArray", "%f"]))
    else:
        form = str(rng.choice(["str", "repr", "DeviceArray"], p=[0.6, 0.25, 0.15]))
    words = (f"{int(bits):0{digits}x}" for bits in array.view(unsigned).reshape(-1))
    return {
        "dtype": kind,
        "shape": list(array.shape),
        "data": " ".join(run_lengths(words)),
        "as": form,
        "text": TEXTS[form](array),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    print(json.dumps({"numpy": np.__version__, "seed": options.seed, "cases": options.cases}))
    for _ in range(options.cases):
        print(json.dumps(case(rng), separators=(",", ":")))


if __name__ == "__main__":
    main()
