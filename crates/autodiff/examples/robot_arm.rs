// The Jacobian of a robot arm with three joints, and a step of inverse kinematics.

use autodiff::{Scalar, jacobian, linear_solve, value_and_jacobian};

const LENGTHS: [f64; 3] = [1.0, 0.8, 0.3];

/// Where the hand is, in metres: each joint turns (in radians) all that follows.
fn hand<T: Scalar>(joints: [T; 3]) -> [T; 2] {
    let mut angle = T::zero();
    let [mut x, mut y] = [T::zero(); 2];
    for (joint, length) in joints.into_iter().zip(LENGTHS) {
        angle += joint;
        x += angle.cos() * length;
        y += angle.sin() * length;
    }
    [x, y]
}

fn main() {
    let mut joints = [0.3, 0.5, -0.2];
    println!("how the hand moves, in m/rad:");
    for row in jacobian(hand, joints) {
        println!("{:+.4} {:+.4} {:+.4}", row[0], row[1], row[2]);
    }

    // towards a target by the smallest turn: Δ = Jᵀ (J Jᵀ)⁻¹ (target − hand)
    let target = [1.2, 1.2];
    for step in 0..5 {
        let (at, j) = value_and_jacobian(hand, joints);
        let miss = [target[0] - at[0], target[1] - at[1]];
        println!("step {step}: hand at ({:.6}, {:.6}), {:.1e} m away", at[0], at[1], miss[0].hypot(miss[1]));
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let square = [[dot(j[0], j[0]), dot(j[0], j[1])], [dot(j[1], j[0]), dot(j[1], j[1])]];
        let w = linear_solve(square, miss).expect("the arm is not stretched out");
        for (k, joint) in joints.iter_mut().enumerate() {
            *joint += j[0][k] * w[0] + j[1][k] * w[1];
        }
    }
}
