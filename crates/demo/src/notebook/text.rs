//! The notebook's printed lines.

use std::fmt::{self, Write};

use super::results::{MethodRun, Results};
use super::settings::START;
use crate::numpy_text::{ShapeError, array_repr, device_array_repr, matrix, percent_f, vector};

/// The whole text that the notebook prints.
///
/// # Errors
///
/// Those of the writer.
pub fn write_text(results: &Results, out: &mut impl Write) -> fmt::Result {
    let r = results;
    let shape = |_: ShapeError| fmt::Error;
    writeln!(out, "Starting point x = {}\n", vector(&START))?;
    writeln!(
        out,
        "Some test calls of the functions we defined so far, from top to bottom, y, manual L(y), L(y):\n({},\n {},\n {})",
        device_array_repr(&[2], &r.y).map_err(shape)?,
        device_array_repr(&[], &[r.manual_loss]).map_err(shape)?,
        device_array_repr(&[], &[r.loss]).map_err(shape)?,
    )?;
    writeln!(out, "Jacobian L(y): {}\n", vector(&r.loss_gradient_y))?;
    writeln!(out, "Jacobian y(x): \n{}\n", matrix(2, 2, r.physics_jacobian.as_flattened()).map_err(shape)?)?;
    writeln!(out, "Sanity check with inverse Jacobian of y, this should give x again: {}\n", vector(&r.solved))?;
    writeln!(out, "Gradient for full L(x): {}\n", vector(&r.loss_gradient_x))?;
    trajectory(out, "GD", &r.gd)?;
    trajectory(out, "Newton", &r.newton)?;
    trajectory(out, "PG", &r.pg)?;
    // the blank before the line's end is the notebook's
    writeln!(
        out,
        "Diagonal lengths (larger is better): GD {}, Nt {}, PG {} ",
        percent_f(r.gd.diagonal_length()),
        percent_f(r.newton.diagonal_length()),
        percent_f(r.pg.diagonal_length()),
    )?;
    let approximation = &r.approximation;
    writeln!(out, "BFGS optimization test run, find x such that y=[2,2]:")?;
    writeln!(out, "{}", array_repr(&[2], &approximation.test).map_err(shape)?)?;
    for (i, x) in approximation.iterates.iter().enumerate() {
        writeln!(out, "PG iter {i}: {}", vector(x))?;
    }
    writeln!(
        out,
        "MAE difference between analytic PG and approximate inversion: {}",
        percent_f(approximation.mean_absolute_error)
    )
}

fn trajectory(out: &mut impl Write, name: &str, run: &MethodRun) -> fmt::Result {
    for (i, x) in run.history[1..].iter().enumerate() {
        writeln!(out, "{name} iter {i}: {}", vector(x))?;
    }
    Ok(())
}
