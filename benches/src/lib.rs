//! What the benches measure, and how: functions with their derivatives by hand, the peers' numbers, cases, interleaved times.

pub mod first_order;
pub mod functions;
pub mod peers;
pub mod points;
pub mod timing;
