//! Well-known functions of a few variables, most with several minima.

use super::formula::formulas;

formulas! {
    ackley(x) {
        let n = x.len() as F;
        let squares: T = x.iter().map(|&x| x * x).sum();
        let cosines: T = x.iter().map(|&x| (x * (2.0 * 3.141592653589793)).cos()).sum();
        vec![((squares / n).sqrt() * -0.2).exp() * -20.0 - (cosines / n).exp() + (20.0 + 2.718281828459045)]
    }
    himmelblau(x) { vec![x[0] * x[0] + x[1] - 11.0, x[0] + x[1] * x[1] - 7.0] }
    booth(x) { vec![x[0] + x[1] * 2.0 - 7.0, x[0] * 2.0 + x[1] - 5.0] }
    matyas(x) { vec![(x[0] * x[0] + x[1] * x[1]) * 0.26 - x[0] * x[1] * 0.48] }
    branin(x) {
        let pi: F = 3.141592653589793;
        let parabola = x[1] - x[0] * x[0] * (5.1 / (4.0 * pi * pi)) + x[0] * (5.0 / pi) - 6.0;
        vec![parabola * parabola + x[0].cos() * (10.0 * (1.0 - 1.0 / (8.0 * pi))) + 10.0]
    }
    goldstein_price(x) {
        let [a, b] = [x[0], x[1]];
        let first = (a + b + 1.0).powi(2) * (a * -14.0 + a * a * 3.0 - b * 14.0 + a * b * 6.0 + b * b * 3.0 + 19.0);
        let second =
            (a * 2.0 - b * 3.0).powi(2) * (a * -32.0 + a * a * 12.0 + b * 48.0 - a * b * 36.0 + b * b * 27.0 + 18.0);
        vec![(first + 1.0) * (second + 30.0)]
    }
    rastrigin(x) {
        let term = |x: T| x * x - (x * (2.0 * 3.141592653589793)).cos() * 10.0 + 10.0;
        vec![x.iter().map(|&x| term(x)).sum()]
    }
    styblinski_tang(x) { vec![x.iter().map(|&x| (x.powi(4) - x * x * 16.0 + x * 5.0) * 0.5).sum()] }
    griewank(x) {
        let squares: T = x.iter().map(|&x| x * x).sum();
        let cosines: T = (1..).zip(x).map(|(i, &x): (i32, _)| (x / (i as F).sqrt()).cos()).product();
        vec![squares / 4000.0 - cosines + 1.0]
    }
    levy(x) {
        let pi: F = 3.141592653589793;
        let w: Vec<T> = x.iter().map(|&x| (x - 1.0) / 4.0 + 1.0).collect();
        let first = (w[0] * pi).sin().powi(2);
        let middle: T =
            w[..w.len() - 1].iter().map(|&w| (w - 1.0).powi(2) * ((w * pi + 1.0).sin().powi(2) * 10.0 + 1.0)).sum();
        let last = w[w.len() - 1];
        vec![first + middle + (last - 1.0).powi(2) * ((last * (2.0 * pi)).sin().powi(2) + 1.0)]
    }
    six_hump_camel(x) {
        let [a, b] = [x[0] * x[0], x[1] * x[1]];
        vec![(a * a / 3.0 - a * 2.1 + 4.0) * a + x[0] * x[1] + (b * 4.0 - 4.0) * b]
    }
    three_hump_camel(x) {
        let a = x[0] * x[0];
        vec![a * 2.0 - a * a * 1.05 + a * a * a / 6.0 + x[0] * x[1] + x[1] * x[1]]
    }
    mccormick(x) {
        vec![(x[0] + x[1]).sin() + (x[0] - x[1]).powi(2) - x[0] * 1.5 + x[1] * 2.5 + 1.0]
    }
    dixon_price(x) {
        let rest: T = (1..x.len()).map(|i| (x[i] * x[i] * 2.0 - x[i - 1]).powi(2) * (i + 1) as F).sum();
        vec![(x[0] - 1.0).powi(2) + rest]
    }
    zakharov(x) {
        let squares: T = x.iter().map(|&x| x * x).sum();
        let sum: T = (1..).zip(x).map(|(i, &x): (i32, _)| x * (0.5 * i as F)).sum();
        vec![squares + sum.powi(2) + sum.powi(4)]
    }
    sphere(x) { x.to_vec() }
}
