//! What `std` has beyond `core` on plain floats, from libm: under the names of `std`, with its definitions.

/// As `f32`.
pub(crate) struct Single;
/// As `f64`.
pub(crate) struct Double;

macro_rules! functions {
    ($($float:ident: $Type:ident { $($name:ident = $one:ident)* } { $($name2:ident = $two:ident)* } fma $fma:ident;)*) => {
        $(
            impl $Type {
                $(
                    #[inline]
                    pub(crate) fn $name(x: $float) -> $float {
                        libm::$one(x)
                    }
                )*
                $(
                    #[inline]
                    pub(crate) fn $name2(x: $float, y: $float) -> $float {
                        libm::$two(x, y)
                    }
                )*
                #[inline]
                pub(crate) fn mul_add(x: $float, a: $float, b: $float) -> $float {
                    libm::$fma(x, a, b)
                }
                #[inline]
                pub(crate) fn fract(x: $float) -> $float {
                    x - Self::trunc(x)
                }
                #[inline]
                pub(crate) fn log(x: $float, base: $float) -> $float {
                    Self::ln(x) / Self::ln(base)
                }
                #[inline]
                pub(crate) fn rem_euclid(x: $float, modulus: $float) -> $float {
                    let r = x % modulus;
                    if r < 0.0 { r + modulus.abs() } else { r }
                }
                /// By repeated squaring, as compilers' run-time libraries have it.
                pub(crate) fn powi(x: $float, n: i32) -> $float {
                    let (mut power, mut square, mut rest) = (1.0, x, n.unsigned_abs());
                    while rest != 0 {
                        if rest % 2 == 1 {
                            power *= square;
                        }
                        rest /= 2;
                        if rest != 0 {
                            square *= square;
                        }
                    }
                    if n < 0 { 1.0 / power } else { power }
                }
                // `core` has these.
                functions! { @core $float: abs signum recip to_degrees to_radians }
                functions! { @core2 $float: max min copysign }
                functions! { @test $float: is_finite is_nan is_normal is_sign_negative }
            }
        )*
    };
    (@core $float:ident: $($name:ident)*) => {
        $(
            #[inline]
            pub(crate) fn $name(x: $float) -> $float {
                x.$name()
            }
        )*
    };
    (@core2 $float:ident: $($name:ident)*) => {
        $(
            #[inline]
            pub(crate) fn $name(x: $float, y: $float) -> $float {
                x.$name(y)
            }
        )*
    };
    (@test $float:ident: $($name:ident)*) => {
        $(
            #[inline]
            pub(crate) fn $name(x: $float) -> bool {
                x.$name()
            }
        )*
    };
}

functions! {
    f32: Single {
        floor = floorf ceil = ceilf round = roundf trunc = truncf sqrt = sqrtf cbrt = cbrtf
        exp = expf exp2 = exp2f exp_m1 = expm1f ln = logf log2 = log2f log10 = log10f ln_1p = log1pf
        sin = sinf cos = cosf tan = tanf asin = asinf acos = acosf atan = atanf
        sinh = sinhf cosh = coshf tanh = tanhf asinh = asinhf acosh = acoshf atanh = atanhf
    } { powf = powf atan2 = atan2f hypot = hypotf } fma fmaf;
    f64: Double {
        floor = floor ceil = ceil round = round trunc = trunc sqrt = sqrt cbrt = cbrt
        exp = exp exp2 = exp2 exp_m1 = expm1 ln = log log2 = log2 log10 = log10 ln_1p = log1p
        sin = sin cos = cos tan = tan asin = asin acos = acos atan = atan
        sinh = sinh cosh = cosh tanh = tanh asinh = asinh acosh = acosh atanh = atanh
    } { powf = pow atan2 = atan2 hypot = hypot } fma fma;
}
