//! Single derivatives and blocks of them.

use core::array;

use super::{Point, ScalarOutput, Seeded, Takes};
use crate::error::IndexError;
use crate::perturbation::Tag;
use crate::{Dual, Number};

fn check(indices: &[usize], variables: usize) -> Result<(), IndexError> {
    match indices.iter().find(|i| **i >= variables) {
        Some(&index) => Err(IndexError { index, variables }),
        None => Ok(()),
    }
}

/// The block ∂²f/∂xᵢ∂xⱼ of the Hessian for i among `rows` and j among `columns`. One call of f, on numbers that carry
/// (R + 1)(C + 1) parts.
///
/// ```
/// use autodiff::hessian_block;
///
/// // H = [[2y, 2x, 0], [2x, 0, 1], [0, 1, 0]]
/// let block = hessian_block(|[x, y, z]| x * x * y + y * z, [3.0, 2.0, 5.0], [0, 1], [1])?;
/// assert_eq!(block, [[6.0], [0.0]]);
/// # Ok::<(), autodiff::IndexError>(())
/// ```
///
/// # Errors
/// If an index is that of no variable.
pub fn hessian_block<P, Q: ScalarOutput<Dual<Dual<P::Base, C>, R>>, const R: usize, const C: usize>(
    mut f: impl Takes<P, Dual<Dual<P::Base, C>, R>, Q>,
    x: P,
    rows: [usize; R],
    columns: [usize; C],
) -> Result<[[P::Base; C]; R], IndexError>
where
    P: Point + Seeded<Dual<Dual<<P as Point>::Base, C>, R>>,
{
    check(&rows, x.count())?;
    check(&columns, x.count())?;
    let (tag, inner_tag) = (Tag::fresh(), Tag::fresh());
    let moves = |at: usize, i: usize| if at == i { P::Base::one() } else { P::Base::zero() };
    let seed = |x: P::Base, i: usize| {
        let inner = Dual::new(x, array::from_fn(|c| moves(columns[c], i))).tagged(inner_tag);
        Dual::new(inner, array::from_fn(|r| Dual::constant(moves(rows[r], i)))).tagged(tag)
    };
    Ok(x.seeded(seed, |x| f(x).number().result_of(tag)).eps.map(|row| row.eps))
}

/// A derivative of any order up to eight: ∂ᵏf/∂xᵢ∂xⱼ… for the indices i, j, … . One call of f, on nested numbers of 2ᵏ
/// parts.
///
/// ```
/// use autodiff::mixed_partial;
///
/// // ∂³(x² y)/∂x²∂y = 2
/// assert_eq!(mixed_partial(|[x, y]| x * x * y, [3.0, 5.0], [0, 0, 1])?, 2.0);
/// # Ok::<(), autodiff::IndexError>(())
/// ```
///
/// Beyond the eighth order, or where many of the indices are equal, nest [`Taylor`](crate::Taylor) numbers, one for each variable:
///
/// ```
/// use autodiff::Taylor;
///
/// // ∂¹²(x¹⁰ y²)/∂x¹⁰∂y² = 10! · 2
/// type Series = Taylor<Taylor<f64, 2>, 10>;
/// let x = Series::variable(Taylor::constant(0.5));
/// let y = Series::constant(Taylor::variable(3.0));
/// assert_eq!((x.powi(10) * y.powi(2)).derivative(10).derivative(2), 3628800.0 * 2.0);
/// ```
///
/// # Errors
/// If an index is that of no variable.
pub fn mixed_partial<P, I: Indices, R: ScalarOutput<I::Number<P::Base>>>(
    mut f: impl Takes<P, I::Number<P::Base>, R>,
    x: P,
    indices: I,
) -> Result<P::Base, IndexError>
where
    P: Point + Seeded<I::Number<<P as Point>::Base>>,
{
    check(indices.as_slice(), x.count())?;
    let (seed, last) = indices.driver();
    Ok(last(x.seeded(seed, |x| f(x).number())))
}

/// The indices of a mixed partial derivative: `[usize; K]` for K from 1 to 8.
#[diagnostic::on_unimplemented(
    message = "`mixed_partial` takes the indices as an array of one to eight, but got `{Self}`",
    label = "neither `[usize; 1]` nor … `[usize; 8]`",
    note = "for more than eight, nest `Taylor` numbers as the documentation of `mixed_partial` shows"
)]
pub trait Indices: Copy {
    /// The nested number that carries the derivative.
    type Number<T: Number>: Number;
    /// The indices.
    fn as_slice(&self) -> &[usize];
    /// What makes the number of the i-th variable, and what takes the derivative by all indices from the result.
    #[allow(clippy::type_complexity, reason = "the two functions, as the documentation says")]
    fn driver<T: Number>(self) -> (impl Fn(T, usize) -> Self::Number<T>, impl Fn(Self::Number<T>) -> T);
}

impl Indices for [usize; 1] {
    type Number<T: Number> = Dual<T, 1>;
    fn as_slice(&self) -> &[usize] {
        self
    }
    fn driver<T: Number>(self) -> (impl Fn(T, usize) -> Dual<T, 1>, impl Fn(Dual<T, 1>) -> T) {
        level(self[0])
    }
}

/// One level of the nest: the variable `index` moves.
fn level<T: Number>(index: usize) -> (impl Fn(T, usize) -> Dual<T, 1>, impl Fn(Dual<T, 1>) -> T) {
    let tag = Tag::fresh();
    let seed = move |x, i| if i == index { Dual::variable(x, 0).tagged(tag) } else { Dual::constant(x) };
    (seed, move |y| y.result_of(tag).slopes()[0])
}

macro_rules! nested_indices {
    ($($more:literal over $fewer:literal),*) => {
        $(
            impl Indices for [usize; $more] {
                type Number<T: Number> = Dual<<[usize; $fewer] as Indices>::Number<T>, 1>;
                fn as_slice(&self) -> &[usize] {
                    self
                }
                fn driver<T: Number>(self) -> (impl Fn(T, usize) -> Self::Number<T>, impl Fn(Self::Number<T>) -> T) {
                    let [first, rest @ ..] = self;
                    let ((upper, last_upper), (lower, last)) = (level(first), rest.driver());
                    (move |x, i| upper(lower(x, i), i), move |y| last(last_upper(y)))
                }
            }
        )*
    };
}
nested_indices! { 2 over 1, 3 over 2, 4 over 3, 5 over 4, 6 over 5, 7 over 6, 8 over 7 }
