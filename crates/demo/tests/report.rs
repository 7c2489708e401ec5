//! `demo report` on the built program. `just report` looks at the page in a browser.

mod program;

use std::fs;

use demo::notebook::Results;
use program::demo;
use serde_json::Value;

fn page() -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("lesson");
    let outcome = demo(&["report", "--out", out.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    let names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["index.html"]);
    fs::read_to_string(out.join("index.html")).unwrap()
}

#[test]
fn one_file_that_needs_nothing_else() {
    let page = page();
    assert!(page.len() < 400_000, "{} bytes", page.len());
    for foreign in ["http://", "https://", "src=", "url(", "@import", "<link rel=\"stylesheet"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert_eq!(page.matches("href=").count(), 1, "the empty icon alone");
}

/// Every element is closed in its order.
#[test]
fn the_page_is_well_formed() {
    let page = page();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page.as_str();
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !(tag.ends_with('/') || tag.starts_with('!') || ["meta", "link", "input"].contains(&name)) {
            open.push(name);
            if ["script", "style"].contains(&name) {
                rest = &rest[rest.find(&format!("</{name}>")).unwrap()..];
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// The values that are shown on hover and in the replay are those of the trajectories, each mark has its own, and the tables too.
#[test]
fn it_shows_the_trajectories() {
    let page = page();
    let results = Results::compute(|_| ()).unwrap();
    let (_, data) = page.split_once("id=\"runs\">").unwrap();
    let runs: Vec<Value> = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let numbers = |value: &Value| -> Vec<[f32; 2]> { serde_json::from_value(value.clone()).unwrap() };
    let known = [("GD", &results.gd), ("Newton", &results.newton), ("PG", &results.pg)];
    for ((name, run), shown) in known.into_iter().zip(&runs) {
        assert_eq!(shown["name"], name);
        assert_eq!((numbers(&shown["x"]), numbers(&shown["y"])), (run.history.clone(), run.y.clone()));
        for (step, x) in run.history.iter().enumerate() {
            let mark = format!("data-series=\"{name}\" data-step=\"{step}\" data-x=\"{}\" data-y=\"{}\"", x[0], x[1]);
            assert!(page.contains(&mark), "{mark}");
            assert!(page.contains(&format!("<td>{:.5}</td><td>{:.5}</td>", x[0], x[1])), "{name} {step}");
        }
    }
    for (step, inversion) in results.approximation.inversions.iter().enumerate() {
        let cells = format!("<th scope=\"row\">{}</th>", step + 1);
        assert!(page.contains(&cells) && page.contains(&format!("<td>{}</td></tr>", inversion.evaluations)));
    }
}

#[test]
fn it_can_be_read_aloud() {
    let page = page();
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    assert_eq!((page.matches("<h1>").count(), page.matches("<main>").count()), (1, 1));
    assert_eq!(page.matches("<svg ").count(), page.matches("role=\"img\" aria-label=\"").count());
    assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
    assert_eq!(page.matches("<section ").count(), page.matches("aria-labelledby=").count());
    assert!(page.contains("<label for=\"step\">"));
}

#[test]
fn it_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("file"), "kept").unwrap();
    fs::create_dir_all(place("full/index.html")).unwrap();
    for (out, word) in [("file/no/such", "cannot write to"), ("file", "not a folder"), ("full", "it is a directory")] {
        let outcome = demo(&["report", "--out", &place(out)]);
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{outcome:?}");
        assert!(outcome.stderr.contains(word), "{}", outcome.stderr);
    }
    assert_eq!(fs::read_to_string(place("file")).unwrap(), "kept");
    assert_eq!(demo(&["report"]).code, Some(2));
    assert_eq!(demo(&["report", "--out", &place("a"), "--json", "-"]).code, Some(2));
    let piped = demo(&["report", "--out", "-"]);
    assert_eq!((piped.code, piped.stderr.as_str()), (Some(0), ""));
    assert_eq!(piped.stdout, page());
    // again, over the old page
    for _ in 0..2 {
        assert_eq!(demo(&["report", "--out", &place("a/b"), "--quiet"]).stderr, "");
    }
}
