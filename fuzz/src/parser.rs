//! Formulas as they are typed.

use autodiff::{Dual, Float, HyperDual};
use demo::expression::{FormulaLoss, FormulaProblem, Variables, parse};

use crate::input::Input;
use crate::program::Plain;

/// As many characters as a text has at most: longer ones only cost time.
const MOST: usize = 400;

/// Any text as formulas: an error points into the text; a formula is printed as a text that means the same; its values are the
/// same on every stack and in every kind of number, and what is not finite has a culprit.
pub fn parser(data: &[u8]) {
    let mut input = Input::new(data);
    let variables = 1 + input.below(3);
    let x: Vec<f64> = (0..variables).map(|_| input.float()).collect();
    let text: String = String::from_utf8_lossy(input.rest()).chars().take(MOST).collect();
    let formulas = match parse(&text, Variables::x(variables)) {
        Ok(formulas) => formulas,
        Err(error) => {
            let end = text.chars().count() + 1;
            assert!((1..=end).contains(&error.column) && error.width >= 1, "{error:?}");
            assert_eq!(error.text, text);
            assert_eq!(error.to_string().lines().count(), 1, "{error:?}");
            assert_eq!(error.rendered().lines().count(), 2, "{error:?}");
            return;
        }
    };
    assert!(!formulas.is_empty());
    let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    for formula in &formulas {
        let value = same_everywhere(formula, &x);
        same_everywhere(formula, &narrow);
        let printed = formula.to_string();
        let again = parse(&printed, Variables::x(variables));
        let again = &again.unwrap_or_else(|error| panic!("{text:?} is printed as {printed:?}: {error}"))[0];
        assert_eq!(again.evaluate(&x).bits(), value.bits(), "{text:?} is printed as {printed:?}");
        assert_eq!(again.to_string(), printed);
        // at a finite point, what is not finite came from somewhere, though an infinity on the way may have become a number again
        let culprit = formula.first_not_finite(&x);
        let somewhere = value.is_finite() || culprit.is_some() || x.iter().any(|x| !x.is_finite());
        assert!(somewhere, "{text:?} at {x:?}");
        assert!(culprit.is_none_or(|culprit| culprit.column <= text.chars().count()), "{text:?} at {x:?}");
    }
    if let [one] = &formulas[..] {
        let loss = FormulaLoss::new(&text, Variables::x(variables));
        assert_eq!(loss.map(|loss| loss.formula().to_string()), Ok(one.to_string()), "{text:?}");
    }
    // as a process, behind a loss of as many results as there are
    let loss: Vec<String> = (0..formulas.len()).map(|i| format!("y{i}^2")).collect();
    let problem = FormulaProblem::new(&text, &loss.join(" + "), variables);
    assert!(problem.is_ok_and(|problem| problem.physics().components() == formulas.len()), "{text:?}");
}

fn same_everywhere<P: Float + Plain>(formula: &demo::expression::Formula, x: &[P]) -> P {
    let value = formula.evaluate(x);
    assert_eq!(formula.evaluate_on(x, &mut Vec::new()).bits(), value.bits(), "{formula} at {x:?}");
    let dual: Vec<Dual<P, 1>> = x.iter().map(|&x| Dual::variable(x, 0)).collect();
    assert_eq!(formula.evaluate(&dual).value().bits(), value.bits(), "{formula} at {x:?}");
    let hyper: Vec<HyperDual<P, 1>> = x.iter().map(|&x| HyperDual::variable(x, 0)).collect();
    let hyper = formula.evaluate(&hyper);
    assert_eq!(hyper.value().bits(), value.bits(), "{formula} at {x:?}");
    value
}
