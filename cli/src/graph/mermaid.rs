//! A state machine as a flowchart of Mermaid, which Markdown pages show.
//! <https://mermaid.js.org/syntax/flowchart.html>

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{
    Machine, State, Visits,
    definition::{Edge, Kind},
    shown::{classes, cut, lines},
};

/// The longest text beside an arrow, in characters.
const LABEL: usize = 60;

/// How a state looks that is of a class. The later ones count where a state is of several.
const CLASSES: [(&str, &str); 6] = [
    ("waits", "fill:#fff3cd,stroke:#b58900,color:#000"),
    ("fails", "fill:#f8d7da,stroke:#b02a37,color:#000"),
    ("succeeds", "fill:#d1e7dd,stroke:#146c43,color:#000"),
    ("visited", "stroke:#146c43,stroke-width:3px"),
    ("there", "stroke:#0d6efd,stroke-width:4px"),
    ("failed", "stroke:#b02a37,stroke-width:4px"),
];

/// Draws it; where an execution has been is marked.
pub(super) fn draw(machine: &Machine, visits: &Visits) -> String {
    let mut ids = BTreeMap::new();
    number(machine, &mut ids);
    let (text, edges, used) = ("flowchart TD\n".to_owned(), String::new(), BTreeSet::new());
    let mut flowchart = Flowchart { ids, visits, text, edges, used };
    flowchart.machine(machine, "start", 1);
    let Flowchart { mut text, edges, used, .. } = flowchart;
    text.push_str(&edges);
    for (class, style) in CLASSES.into_iter().filter(|(class, _)| used.contains(class)) {
        let _ = writeln!(text, "    classDef {class} {style}");
    }
    text
}

/// Names of states have spaces in them, ids have not.
fn number(machine: &Machine, ids: &mut BTreeMap<String, usize>) {
    for state in &machine.states {
        let id = ids.len();
        ids.insert(state.name.clone(), id);
        state.within.iter().for_each(|machine| number(machine, ids));
    }
}

struct Flowchart<'a> {
    ids: BTreeMap<String, usize>,
    visits: &'a Visits,
    text: String,
    /// They come last: an arrow to a state that is not yet in its frame would draw it outside.
    edges: String,
    /// The classes that states are of.
    used: BTreeSet<&'static str>,
}

impl Flowchart<'_> {
    fn machine(&mut self, machine: &Machine, start: &str, depth: usize) {
        let indent = "    ".repeat(depth);
        let _ = writeln!(self.text, "{indent}{start}(( ))");
        if let Some(first) = machine.states.first() {
            let _ = writeln!(self.edges, "    {start} --> s{}", self.ids[&first.name]);
        }
        for state in &machine.states {
            self.state(state, depth);
        }
    }

    fn state(&mut self, state: &State, depth: usize) {
        let (indent, id) = ("    ".repeat(depth), self.ids[&state.name]);
        if state.within.is_empty() {
            let _ = writeln!(self.text, "{indent}s{id}{}", node(state));
        } else {
            let _ = writeln!(self.text, "{indent}subgraph s{id}[{}]", quoted(&lines(state).join("\n")));
            for (branch, machine) in state.within.iter().enumerate() {
                self.machine(machine, &format!("start{id}_{branch}"), depth + 1);
            }
            let _ = writeln!(self.text, "{indent}end");
        }
        for class in classes(state, self.visits) {
            let _ = writeln!(self.edges, "    class s{id} {class}");
            self.used.insert(class);
        }
        for edge in &state.edges {
            let _ = writeln!(self.edges, "    s{id} {} s{}", arrow(edge), self.ids[&edge.to]);
        }
    }
}

/// A state as a shape of its own kind.
fn node(state: &State) -> String {
    let text = quoted(&lines(state).join("\n"));
    match state.kind {
        Kind::Choice => format!("{{{text}}}"),
        Kind::Succeed | Kind::Fail => format!("([{text}])"),
        Kind::Wait => format!("{{{{{text}}}}}"),
        Kind::Pass => format!("({text})"),
        Kind::WaitingForToken | Kind::WaitingForActivity | Kind::WaitingForJob => format!("[/{text}/]"),
        Kind::Task | Kind::Parallel | Kind::Map => format!("[{text}]"),
    }
}

fn arrow(edge: &Edge) -> String {
    let line = if edge.is_catch { "-.->" } else { "-->" };
    edge.label.as_ref().map_or_else(|| line.to_owned(), |label| format!("{line}|{}|", quoted(&cut(label, LABEL))))
}

/// A text in which nothing means anything to Mermaid, which reads it as Markdown.
fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    format!("\"{}\"", lines.join("<br>"))
}

fn line(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut line = String::new();
    let mut before = ' ';
    for (index, character) in text.char_indices() {
        let is_marked = match character {
            '"' | '<' | '>' | '&' | '#' | ';' | '`' | '*' | '_' => true,
            '$' => before == '$',                       // mathematics
            '.' | ')' => digits > 0 && index == digits, // a list with numbers
            '-' | '+' => index == 0,                    // a list
            _ => false,
        };
        if is_marked {
            let _ = write!(line, "#{};", u32::from(character));
        } else {
            line.push(character);
        }
        before = character;
    }
    line
}

/// Whether GitHub refuses to show it: above 500 arrows or 50,000 characters.
/// <https://mermaid.js.org/config/schema-docs/config.html>
pub(super) fn is_too_large(drawn: &str) -> bool {
    drawn.matches("->").count() > 500 || drawn.chars().count() > 50_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_means_anything_to_mermaid() {
        assert_eq!(quoted("Is \"a\" <b> & #c;\nd"), "\"Is #34;a#34; #60;b#62; #38; #35;c#59;<br>d\"");
    }

    #[test]
    fn nothing_in_a_name_means_anything_in_markdown() {
        for (name, shown) in [
            ("1. Check\n10) b", "\"1#46; Check<br>10#41; b\""),
            ("- a\n+ b - c", "\"#45; a<br>#43; b - c\""),
            ("*a* _b_", "\"#42;a#42; #95;b#95;\""),
            ("$.a = $$.b", "\"$.a = $#36;.b\""),
            ("v1.5", "\"v1.5\""),
        ] {
            assert_eq!(quoted(name), shown);
        }
    }

    #[test]
    fn what_github_does_not_show_is_known() {
        assert!(!is_too_large(&"a --> b\n".repeat(500)));
        assert!(is_too_large(&"a --> b\n".repeat(501)));
        assert!(is_too_large(&"é".repeat(50_001)));
    }
}
