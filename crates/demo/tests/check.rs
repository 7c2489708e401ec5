//! The reference is compared in every digit.

use demo::notebook::Results;
use demo::reference::{compare, compare_with};
use serde_json::Value;

const SINGLE: &str = include_str!("../reference/notebook_f32.json");
const APPROXIMATE: &str = include_str!("../reference/notebook_approximate_inversion.json");

fn results() -> Results {
    Results::compute(|_| ()).unwrap()
}

#[test]
fn every_quantity_agrees() {
    let rows = compare(&results()).unwrap();
    let wrong: Vec<_> = rows.iter().filter(|row| !row.agrees()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows.len() > 200, "only {} quantities are compared", rows.len());
}

/// All ways to change one digit of one number or text of a document, with the path of what is changed.
fn changed(document: &Value) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    leaves(document, String::new(), &mut paths);
    let mut all = Vec::new();
    for path in paths {
        let leaf = document.pointer(&path).unwrap();
        let text = match leaf {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // the first, a middle and the last digit behind "0x"
        let digits: Vec<usize> = text
            .char_indices()
            .skip(if text.contains("0x") { text.find('x').unwrap() + 1 } else { 0 })
            .filter(|(_, c)| c.is_ascii_digit())
            .map(|(i, _)| i)
            .collect();
        for &i in [digits.first(), digits.get(digits.len() / 2), digits.last()].into_iter().flatten() {
            let old = text.as_bytes()[i] - b'0';
            let new = char::from(b'0' + if old == 1 { 0 } else { 1 });
            let mut edited = text.clone();
            edited.replace_range(i..=i, &new.to_string());
            if edited.parse::<f64>().is_ok() && edited.parse::<f64>() == text.parse::<f64>() {
                continue;
            }
            let mut document = document.clone();
            *document.pointer_mut(&path).unwrap() = match leaf {
                Value::String(_) => Value::String(edited),
                _ => match serde_json::from_str(&edited) {
                    Ok(value) => value,
                    Err(_) => continue,
                },
            };
            all.push((path.clone(), document));
        }
    }
    all
}

fn leaves(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(value, format!("{path}/{key}"), paths)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| leaves(value, format!("{path}/{i}"), paths))
        }
        _ => paths.push(path),
    }
}

#[test]
fn one_digit_changed_anywhere_is_named() {
    let results = results();
    let single: Value = serde_json::from_str(SINGLE).unwrap();
    let mut count = 0;
    for (path, document) in changed(&single) {
        let rows = compare_with(&results, &document.to_string(), APPROXIMATE).unwrap();
        let wrong: Vec<_> = rows.iter().filter(|row| !row.agrees()).map(|row| &row.quantity).collect();
        assert!(!wrong.is_empty(), "a digit of {path} can be changed unnoticed");
        count += 1;
    }
    let approximate: Value = serde_json::from_str(APPROXIMATE).unwrap();
    for (path, document) in changed(&approximate) {
        let rows = compare_with(&results, SINGLE, &document.to_string()).unwrap();
        assert!(rows.iter().any(|row| !row.agrees()), "a digit of {path} can be changed unnoticed");
        count += 1;
    }
    assert!(count > 800, "only {count} changes were tried");
}

#[test]
fn what_is_named_is_what_was_changed() {
    let results = results();
    let names = |single: &str, approximate: &str| -> Vec<String> {
        let rows = compare_with(&results, single, approximate).unwrap();
        rows.into_iter().filter(|row| !row.agrees()).map(|row| row.quantity).collect()
    };
    let edit = |text: &str, path: &str, value: Value| {
        let mut document: Value = serde_json::from_str(text).unwrap();
        *document.pointer_mut(path).unwrap() = value;
        document.to_string()
    };
    let gd = edit(SINGLE, "/gd/history/3/1", "0x1.76219e0000000p+0".into());
    assert_eq!(names(&gd, APPROXIMATE), ["gd iterate 3"]);
    let update = edit(SINGLE, "/newton/updates/9/0", "0x1.3fa3980000000p-4".into());
    assert_eq!(names(&update, APPROXIMATE), ["newton update 10"]);
    let count = edit(APPROXIMATE, "/run/iterates/0/nit", 12.into());
    assert_eq!(names(SINGLE, &count), ["approximate iterate 1, iterations"]);
    let gone = edit(SINGLE, "/loss", Value::Null);
    assert_eq!(names(&gone, APPROXIMATE), ["loss, spelled out", "loss"]);
    assert!(compare_with(&results, "{", APPROXIMATE).is_err());
}
