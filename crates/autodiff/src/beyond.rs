//! Chain rule and quotient of floats' derivatives where floats end: by parts of numbers, on numbers of unbounded exponent.

use crate::elementary::Elementary;
use crate::number::{Number, either_zero, is_zero};
use crate::stretched::lost;
use crate::wide::Wide;

/// ∂ⁱ⁺ʲf/∂xⁱ∂yʲ, i + j ≤ 2; of a function of one variable, j = 0.
pub(crate) type WidePartials<P> = [[Wide<P>; 3]; 3];

/// x · slope, zero if x is.
fn times<T: Number>(x: T, slope: Wide<T::Precision>) -> Wide<T::Precision> {
    if x.value() == T::Precision::ZERO { Wide::ZERO } else { Wide::new(x.value()) * slope }
}

/// The product of two partials, zero if one is.
fn product<T: Number>(x: T, y: Wide<T::Precision>) -> Wide<T::Precision> {
    if y == Wide::ZERO { y } else { times(x, y) }
}

/// The nearest float; of zeros, +0.
fn float<T: Number>(x: Wide<T::Precision>) -> T {
    T::constant(x.narrow() + T::Precision::ZERO)
}

/// fₓ xᵢ + f_y yᵢ
pub(crate) fn slope<T: Number>([x, y]: [T; 2], d: &WidePartials<T::Precision>) -> T {
    float(times(x, d[1][0]) + times(y, d[0][1]))
}

/// fₓ xᵢⱼ + f_y yᵢⱼ + fₓₓ xᵢ xⱼ + fₓ_y (xᵢ yⱼ + yᵢ xⱼ) + f_yy yᵢ yⱼ
pub(crate) fn second<T: Number>(h: [T; 2], [xi, yi]: [T; 2], [xj, yj]: [T; 2], d: &WidePartials<T::Precision>) -> T {
    let by_x = times(xj, d[2][0]) + times(yj, d[1][1]);
    let by_y = times(xj, d[1][1]) + times(yj, d[0][2]);
    float((times(h[0], d[1][0]) + product(xi, by_x)) + (times(h[1], d[0][1]) + product(yi, by_y)))
}

/// (xᵢ − yᵢ q) / v
fn wide_quotient_slope<T: Number>([x, y]: [T; 2], q: T, v: T) -> Wide<T::Precision> {
    (Wide::new(x.value()) - times(y, Wide::new(q.value()))) / Wide::new(v.value())
}

/// The same as a float.
pub(crate) fn quotient_slope<T: Number>([x, y]: [T; 2], q: T, v: T) -> T {
    let product = y.times_slope(q);
    if !lost(product, y, q) {
        return (x - product).over_divisor(v);
    }
    float(wide_quotient_slope([x, y], q, v))
}

/// (xᵢⱼ − q yᵢⱼ − qⱼ yᵢ − qᵢ yⱼ) / v, where a triple is xᵢ, yᵢ and qᵢ.
pub(crate) fn quotient_second<T: Number>(
    [hx, hy]: [T; 2],
    [xi, yi, qi]: [T; 3],
    [xj, yj, qj]: [T; 3],
    q: T,
    v: T,
) -> T {
    let (by_value, by_i, by_j) = (hy.times_slope(q), either_zero(qj, yi), either_zero(yj, qi));
    let direct = ((hx - (by_value + by_i)) - by_j).over_divisor(v);
    let slope_keeps = |slope: T, x: T, y: T| slope.value().is_normal() || is_zero(x - y.times_slope(q));
    let product_lost = lost(by_value, hy, q) || lost(by_i, qj, yi) || lost(by_j, qi, yj);
    if !product_lost && slope_keeps(qi, xi, yi) && slope_keeps(qj, xj, yj) && direct.all_finite() {
        return direct;
    }
    let by_i = product(yi, wide_quotient_slope([xj, yj], q, v));
    let by_j = product(yj, wide_quotient_slope([xi, yi], q, v));
    let (hx, q, v) = (Wide::new(hx.value()), Wide::new(q.value()), Wide::new(v.value()));
    float(((hx - (times(hy, q) + by_i)) - by_j) / v)
}
