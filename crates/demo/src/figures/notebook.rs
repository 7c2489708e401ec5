//! The notebook's five figures.

use super::chart::{Chart, Marker, Series};
use super::palette;
use crate::notebook::{MethodRun, Results, settings};

/// Their names and charts, in its order.
pub fn figures(results: &Results) -> [(&'static str, Chart); 5] {
    let gd = ("GD", &results.gd, 0);
    let newton = ("Newton", &results.newton, 1);
    let pg = ("PG", &results.pg, 2);
    [
        ("0_gradient_descent", x_space("gradient descent", &[gd])),
        ("1_newton", x_space("gradient descent and Newton's method", &[gd, newton])),
        (
            "2_inverse_simulator",
            x_space("gradient descent, Newton's method and the inverse simulator", &[gd, newton, pg]),
        ),
        ("3_y_space_inverse_simulator", y_space("the inverse simulator", &[pg])),
        ("4_y_space_all", y_space("gradient descent, Newton's method and the inverse simulator", &[gd, newton, pg])),
    ]
}

type Method<'a> = (&'a str, &'a MethodRun, usize);

fn series(&(label, _, color): &Method<'_>, marker: Marker, first: usize, points: &[[f32; 2]]) -> Series {
    let points = points.iter().map(|point| point.map(Into::into)).collect();
    Series { label: label.to_owned(), color: palette(color), marker, points, first }
}

fn x_space(what: &str, methods: &[Method<'_>]) -> Chart {
    Chart {
        description: format!("Points of {what} in x space, from (3, 3) towards the optimum at the origin"),
        title: None,
        labels: ["x0".to_owned(), "x1".to_owned()],
        series: methods.iter().map(|method| series(method, Marker::Circle, 0, &method.1.history)).collect(),
        target: Some(([0.0_f64.into(); 2], Marker::Cross)),
        legend: true,
        logarithmic: false,
    }
}

fn y_space(what: &str, methods: &[Method<'_>]) -> Chart {
    // the start is not shown; nor is the last point of the methods that step in x, as published
    let shown = |method: &Method<'_>| match method.0 {
        "PG" => series(method, Marker::Star, 1, &method.1.y[1..]),
        _ => series(method, Marker::Star, 1, &method.1.y[1..settings::ITERATIONS]),
    };
    Chart {
        description: format!("Points of {what} in y space, towards the optimum at the origin"),
        title: Some("y space".to_owned()),
        labels: ["z0".to_owned(), "z1".to_owned()],
        series: methods.iter().map(shown).collect(),
        target: Some(([0.0_f64.into(); 2], Marker::Star)),
        legend: true,
        logarithmic: false,
    }
}
