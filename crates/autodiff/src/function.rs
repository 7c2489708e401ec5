//! Functions written once for every number type.

use crate::number::{Float, Ordered};

/// The shape of a function's result: one number, an array of numbers, an array of arrays, …
pub trait Shape {
    /// The shape filled with `T`.
    type Of<T>;
    /// The shape with each number replaced by an array of `N`: the shape of the derivatives.
    type Append<const N: usize>: Shape;
    /// Each number replaced by an array of `N`.
    fn append<T, U, const N: usize>(x: Self::Of<T>, f: &mut impl FnMut(T) -> [U; N]) -> Filled<Self::Append<N>, U>;
}

/// A shape filled with numbers of one type: `T`, `[T; M]`, `[[T; N]; M]`, …
pub type Filled<S, T> = <S as Shape>::Of<T>;

/// The shape of one number.
#[derive(Clone, Copy, Debug)]
pub struct Single;

/// The shape of `M` times `S` side by side: of `[T; M]` if `S` is [`Single`].
#[derive(Clone, Copy, Debug)]
pub struct Several<const M: usize, S = Single>(core::marker::PhantomData<S>);

impl Shape for Single {
    type Of<T> = T;
    type Append<const N: usize> = Several<N>;
    #[inline]
    fn append<T, U, const N: usize>(x: T, f: &mut impl FnMut(T) -> [U; N]) -> [U; N] {
        f(x)
    }
}

impl<const M: usize, S: Shape> Shape for Several<M, S> {
    type Of<T> = [S::Of<T>; M];
    type Append<const N: usize> = Several<M, S::Append<N>>;
    #[inline]
    fn append<T, U, const N: usize>(x: Self::Of<T>, f: &mut impl FnMut(T) -> [U; N]) -> Filled<Self::Append<N>, U> {
        x.map(|part| S::append(part, f))
    }
}

/// The shape of one number, which has a gradient.
#[diagnostic::on_unimplemented(
    message = "`gradient` and `hessian` differentiate a function that returns one number, but this one returns several",
    label = "the function returns several numbers: use `jacobian` instead of `gradient`, `jacobian().jacobian()` instead of `hessian`"
)]
pub trait OneNumber: Shape {
    /// The number.
    fn number<T>(x: Self::Of<T>) -> T;
}

impl OneNumber for Single {
    #[inline]
    fn number<T>(x: T) -> T {
        x
    }
}

/// A shape of several numbers, which has a Jacobian.
#[diagnostic::on_unimplemented(
    message = "this driver differentiates a function that returns several numbers, but this one returns one number",
    label = "the function returns one number: `gradient` takes it"
)]
pub trait SeveralNumbers: Shape {}
impl<const M: usize, S: Shape> SeveralNumbers for Several<M, S> {}

/// A function of `N` variables that computes with any number type of precision `F`.
///
/// One body gives value, gradient, Hessian and every other derivative, and composes through [`Operators`](crate::Operators).
/// [`function!`](crate::function) writes the implementation for short functions; by hand it looks like this:
///
/// ```
/// use autodiff::{Float, Function, Operators, Ordered, Single};
///
/// /// Σ (xᵢ − centre)², for any number of variables.
/// struct Bowl { centre: f64 }
///
/// impl<const N: usize> Function<N> for Bowl {
///     type Output = Single;
///     fn call<T: Ordered>(&self, x: [T; N]) -> T {
///         x.into_iter().map(|x| (x - self.centre).powi(2)).sum()
///     }
/// }
/// impl Operators for Bowl {}
///
/// let bowl = Bowl { centre: 1.0 };
/// assert_eq!(bowl.at([3.0, 0.0, 1.0]), 5.0);
/// assert_eq!(bowl.gradient().at([3.0, 0.0, 1.0]), [4.0, -2.0, 0.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function of {N} variables in `{F}`",
    label = "not a function of {N} variables in `{F}`"
)]
pub trait Function<const N: usize, F: Float = f64> {
    /// The shape of the result: [`Single`] for one number, [`Several`]`<M>` for `[T; M]`.
    type Output: Shape;
    /// The function.
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> Filled<Self::Output, T>;
}

impl<const N: usize, F: Float, Fun: Function<N, F>> Function<N, F> for &Fun {
    type Output = Fun::Output;
    #[inline]
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> Filled<Self::Output, T> {
        (**self).call(x)
    }
}

/// A [`Function`] that returns one number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function of {N} variables that returns one number",
    note = "for a function that returns several numbers, use `jacobian` instead of `gradient`"
)]
pub trait ScalarFn<const N: usize, F: Float = f64>: Function<N, F, Output = Single> {}
impl<const N: usize, F: Float, Fun: Function<N, F, Output = Single>> ScalarFn<N, F> for Fun {}

/// A [`Function`] that returns `M` numbers.
pub trait VectorFn<const N: usize, const M: usize, F: Float = f64>: Function<N, F, Output = Several<M>> {}
impl<const N: usize, const M: usize, F: Float, Fun: Function<N, F, Output = Several<M>>> VectorFn<N, M, F> for Fun {}

/// Functions written once for every number type, in f32 and f64: each becomes a type of its name, its [`Function`] implementations and its [`Operators`](crate::Operators).
///
/// ```
/// use autodiff::{Operators, function};
///
/// function! {
///     /// One number.
///     pub fn loss([x0, x1]) { x0 * x0 + x1.powi(4) }
///     /// Two numbers: their count is written behind the arrow.
///     fn physics([x0, x1]) -> [2] { [x0, x1 * x1] }
///     /// All variables at once: their count is written behind the name.
///     fn sum_of_squares(x: [5]) { x.into_iter().map(|x| x * x).sum() }
///     /// Any number of variables, as a slice: see [`SliceFn`](crate::SliceFn).
///     fn longer(x: []) { x.iter().map(|&x| x * x).sum() }
///     /// With parameters, which are fields of the type and plain floats.
///     fn scaled { factor }([x]) { x.sin() * factor }
/// }
/// assert_eq!(loss.at([3.0, 3.0]), 90.0);
/// assert_eq!(loss.gradient().at([3.0, 3.0]), [6.0, 108.0]);
/// assert_eq!(physics.jacobian().at([3.0_f32, 3.0]), [[1.0, 0.0], [0.0, 6.0]]);
/// assert_eq!(sum_of_squares.gradient().at([1.0; 5]), [2.0; 5]);
/// assert_eq!(scaled { factor: 2.0 }.gradient().at([0.0]), [2.0]);
/// ```
///
/// The body computes with any number type, so a plain float stands to the right of an operator (`x * 2.0`).
#[macro_export]
macro_rules! function {
    () => {};
    ($(#[$meta:meta])* $visibility:vis fn $name:ident $({ $($parameter:ident),+ $(,)? })? ([$($x:pat_param),+ $(,)?]) $(-> [$m:expr])? $body:block $($rest:tt)*) => {
        $crate::function! { @type ($(#[$meta])*) $visibility $name $({ $($parameter),+ })? }
        $crate::function! { @impl f32 $name { $($($parameter),+)? } ([$($x),+], [{ [$($crate::function!(@unit $x)),+].len() }]) [$($m)?] $body }
        $crate::function! { @impl f64 $name { $($($parameter),+)? } ([$($x),+], [{ [$($crate::function!(@unit $x)),+].len() }]) [$($m)?] $body }
        $crate::function! { $($rest)* }
    };
    ($(#[$meta:meta])* $visibility:vis fn $name:ident $({ $($parameter:ident),+ $(,)? })? ($x:ident: []) $(-> [$($m:tt)?])? $body:block $($rest:tt)*) => {
        $crate::function! { @struct ($(#[$meta])*) $visibility $name $({ $($parameter),+ })? }
        $crate::function! { @slice f32 $name { $($($parameter),+)? } ($x) [$([$($m)?])?] $body }
        $crate::function! { @slice f64 $name { $($($parameter),+)? } ($x) [$([$($m)?])?] $body }
        $crate::function! { $($rest)* }
    };
    ($(#[$meta:meta])* $visibility:vis fn $name:ident $({ $($parameter:ident),+ $(,)? })? ($x:ident: [$n:expr]) $(-> [$m:expr])? $body:block $($rest:tt)*) => {
        $crate::function! { @type ($(#[$meta])*) $visibility $name $({ $($parameter),+ })? }
        $crate::function! { @impl f32 $name { $($($parameter),+)? } ($x, [$n]) [$($m)?] $body }
        $crate::function! { @impl f64 $name { $($($parameter),+)? } ($x, [$n]) [$($m)?] $body }
        $crate::function! { $($rest)* }
    };
    (@unit $x:pat_param) => { () };
    (@type ($($meta:tt)*) $visibility:vis $name:ident $({ $($parameter:ident),+ })?) => {
        $crate::function! { @struct ($($meta)*) $visibility $name $({ $($parameter),+ })? }
        $crate::function! { @operators $name $({ $($parameter),+ })? }
    };
    (@struct ($(#[$meta:meta])*) $visibility:vis $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        $visibility struct $name;
    };
    (@struct ($(#[$meta:meta])*) $visibility:vis $name:ident { $($parameter:ident),+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_camel_case_types)]
        $visibility struct $name<F> {
            $(#[allow(missing_docs)] pub $parameter: F,)+
        }
    };
    (@operators $name:ident) => { impl $crate::Operators for $name {} };
    (@operators $name:ident { $($parameter:ident),+ }) => { impl<F> $crate::Operators for $name<F> {} };
    (@slice $f:ident $name:ident {} ($x:ident) [] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::SliceFn<$f> for $name {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: &[T]) -> T $body
        }
    };
    (@slice $f:ident $name:ident {} ($x:ident) [[]] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::SliceMap<$f> for $name {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: &[T]) -> Vec<T> $body
        }
    };
    (@slice $f:ident $name:ident { $($parameter:ident),+ } ($x:ident) [] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::SliceFn<$f> for $name<$f> {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: &[T]) -> T {
                let Self { $($parameter),+ } = *self;
                $body
            }
        }
    };
    (@slice $f:ident $name:ident { $($parameter:ident),+ } ($x:ident) [[]] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::SliceMap<$f> for $name<$f> {
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: &[T]) -> Vec<T> {
                let Self { $($parameter),+ } = *self;
                $body
            }
        }
    };
    (@impl $f:ident $name:ident {} ($x:pat_param, [$n:expr]) [] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::Function<{ $n }, $f> for $name {
            type Output = $crate::Single;
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: [T; $n]) -> T $body
        }
    };
    (@impl $f:ident $name:ident {} ($x:pat_param, [$n:expr]) [$m:expr] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::Function<{ $n }, $f> for $name {
            type Output = $crate::Several<{ $m }>;
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: [T; $n]) -> [T; $m] $body
        }
    };
    (@impl $f:ident $name:ident { $($parameter:ident),+ } ($x:pat_param, [$n:expr]) [] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::Function<{ $n }, $f> for $name<$f> {
            type Output = $crate::Single;
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: [T; $n]) -> T {
                let Self { $($parameter),+ } = *self;
                $body
            }
        }
    };
    (@impl $f:ident $name:ident { $($parameter:ident),+ } ($x:pat_param, [$n:expr]) [$m:expr] $body:block) => {
        #[allow(clippy::approx_constant, clippy::excessive_precision, overflowing_literals, reason = "a literal serves both precisions")]
        impl $crate::Function<{ $n }, $f> for $name<$f> {
            type Output = $crate::Several<{ $m }>;
            #[inline]
            fn call<T: $crate::Ordered<$f>>(&self, $x: [T; $n]) -> [T; $m] {
                let Self { $($parameter),+ } = *self;
                $body
            }
        }
    };
}
