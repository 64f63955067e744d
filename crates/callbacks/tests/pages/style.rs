//! The stylesheet: colours that can be told apart, in light and in darkness.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../templates/style.css");

/// The colours of a scheme, by their names: those after the `nth` `:root`.
fn colours(nth: usize) -> BTreeMap<&'static str, [f64; 3]> {
    let block = STYLE.split(":root {").nth(nth).unwrap().split('}').next().unwrap();
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"));
    let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    lines.map(|(name, hex)| (name, [0, 2, 4].map(|at| channel(hex, at)))).collect()
}

/// As WCAG 2.2 defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|part| if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn texts_and_edges_have_the_contrast_of_wcag_aa() {
    for scheme in [1, 2] {
        let colours = colours(scheme);
        let enough = |front: &str, back: &str, least: f64| {
            let contrast = contrast(colours[front], colours[back]);
            assert!(contrast >= least, "{front} on {back} in scheme {scheme}: {contrast:.2}");
        };
        for back in ["card", "good-tint", "bad-tint", "calm-tint"] {
            enough("ink", back, 4.5);
        }
        for text in ["quiet", "accent", "good", "bad"] {
            enough(text, "card", 4.5);
        }
        for (text, back) in [("quiet", "paper"), ("on-accent", "accent"), ("good", "good-tint"), ("bad", "bad-tint")] {
            enough(text, back, 4.5);
        }
        for (edge, back) in [("edge", "card"), ("edge", "calm-tint"), ("accent", "card"), ("accent", "bad-tint")] {
            enough(edge, back, 3.0);
        }
    }
}

#[test]
fn what_is_touched_is_large_and_what_has_the_focus_shows_it() {
    for rule in [".choice {", "button {"] {
        let block = STYLE.split(rule).nth(1).unwrap().split('}').next().unwrap();
        assert!(block.contains("min-height: 3.5rem"), "{rule}");
    }
    assert!(STYLE.contains(":focus-visible") && STYLE.contains("outline: 3px solid var(--accent)"));
}
