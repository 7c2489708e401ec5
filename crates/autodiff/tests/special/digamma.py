"""Prints the coefficients of ψ(x)/(x − x₀) in Chebyshev polynomials of 2x − 3 on [1, 2], for src/special/gamma.rs."""

from mpmath import chebyt, cos, findroot, mp, mpf, pi, psi

mp.prec = 300
root = findroot(lambda x: psi(0, x), mpf("1.46"))
nodes = 60


def smooth(x):
    return psi(0, x) / (x - root)


points = [cos(pi * (k + mpf(1) / 2) / nodes) for k in range(nodes)]
values = [smooth((t + 3) / 2) for t in points]
high = float(root)
print("root", repr(high), repr(float(root - high)))
for j in range(26):
    c = 2 * sum(v * chebyt(j, t) for v, t in zip(values, points)) / nodes
    c = c / 2 if j == 0 else c
    if abs(c) < mpf(2) ** -58:
        break
    print(f"    {float(c)!r},")
