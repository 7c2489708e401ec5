//! Exact derivatives.
