//! The tables and figures of `docs/physics.md` are what the example prints and draws.

#[allow(dead_code, reason = "an example has a main")]
mod example {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/physics.rs"));

    #[test]
    fn the_document_shows_what_is_computed() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
        let document = std::fs::read_to_string(format!("{docs}/physics.md")).unwrap();
        let (tables, figures) = results().unwrap();
        for table in &tables {
            assert!(document.contains(&format!("```text\n{table}```\n")), "not in the document:\n{table}");
        }
        assert_eq!(document.matches("```text\n").count(), tables.len());
        for (name, scene) in figures {
            let drawn = svg(&scene, scene.size[0] / DOTS_PER_INCH);
            assert_eq!(std::fs::read_to_string(format!("{docs}/figures/{name}.svg")).unwrap(), drawn, "{name}");
            assert!(document.contains(&format!("(figures/{name}.svg)")), "{name}");
        }
    }
}
