use proptest::prelude::*;

use super::*;
use crate::urls::template::{Parameters, Place};

/// Written by hand from what Python's documentation says about `string.Template`.
#[test]
fn a_template_is_filled_in_as_python_does_it() {
    let asked = query("name=World&_x1=under&A=big&a=small&empty=&name2=2&dollar=%24name");
    let parameters = Parameters::of(&asked);
    for (template, filled) in [
        ("", Some("")),
        ("nothing", Some("nothing")),
        ("Hello $name", Some("Hello World")),
        ("Hello ${name}!", Some("Hello World!")),
        ("$name$name", Some("WorldWorld")),
        ("${name}s and $name.s", Some("Worlds and World.s")),
        ("$name2", Some("2")),
        ("$_x1-$A-$a", Some("under-big-small")),
        ("[$empty]", Some("[]")),
        ("$$name", Some("$name")),
        ("$$$name", Some("$World")),
        ("$$$$", Some("$$")),
        ("cost: $$5", Some("cost: $5")),
        ("$dollar", Some("$name")),
        ("$nameé", Some("Worldé")),
        ("a{name}b}", Some("a{name}b}")),
        ("{$name}", Some("{World}")),
        ("$missing", None),
        ("$names", None),
        ("$Name", None),
        ("${missing}", None),
        ("$", None),
        ("$$$", None),
        ("cost: $5", None),
        ("$ name", None),
        ("${name", None),
        ("${}", None),
        ("${ name}", None),
        ("${na-me}", None),
        ("${1}", None),
        ("$é", None),
        ("$\u{17f}", None),
    ] {
        assert_eq!(parameters.text(template, Place::Text).ok().as_deref(), filled, "{template}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for template in ["$amount", "${amount}"] {
        let refused = filled(action("success", json!({ "output": { "a": [template] } })), "").unwrap_err();
        let said = "the URL has no parameter `amount`";
        assert_eq!((refused.error, refused.message.as_str()), (ErrorName::OutputFormatting, said));
    }
}

#[test]
fn every_text_of_an_output_is_filled_in_at_every_depth() {
    let output = json!({ "$key": ["$who", { "a": "${who}" }, 5, null, true], "fixed": {} });
    let meaning = filled(action("success", json!({ "output": output })), "key=k&who=me").unwrap().meaning;
    assert_eq!(meaning, success(json!({ "k": ["me", { "a": "me" }, 5, null, true], "fixed": {} })));
    // A number or an object does not come of a text.
    let meaning = filled(action("success", json!({ "output": "$n" })), "n=%7B%22a%22:1%7D").unwrap().meaning;
    assert_eq!(meaning, success(json!("{\"a\":1}")));
    let refused = filled(action("success", json!({ "output": { "$a": 1, "$b": 2 } })), "a=x&b=x").unwrap_err();
    assert_eq!(refused.error, ErrorName::OutputFormatting);
}

#[test]
fn what_is_filled_in_stays_in_its_place() {
    let asked = query("v=%3Cb+onclick%3D%22a%27%26%22%3E&p=a/../b?c%23d%26e=f%25+%C3%A9%5C@:&plain=A-z0._~");
    let parameters = Parameters::of(&asked);
    let html = parameters.text("<i title=\"$v\">$plain</i>", Place::Html).unwrap();
    assert_eq!(html, "<i title=\"&#60;b onclick=&#34;a&#39;&#38;&#34;&#62;\">A-z0._~</i>");
    let url = parameters.text("https://x/$plain/?q=$p", Place::Url).unwrap();
    assert_eq!(url, "https://x/A-z0._~/?q=a%2F..%2Fb%3Fc%23d%26e%3Df%25%20%C3%A9%5C%40%3A");
}

#[test]
fn what_would_be_too_large_is_refused() {
    let most = 196_608;
    let asked = format!("v={}&q=%22", "x".repeat(200));
    for (output, taken) in [
        (json!("$v".repeat(983)), true),
        (json!("$v".repeat(984)), false),
        (json!(vec!["$v"; 968]), true),
        (json!(vec!["$v"; 969]), false), // by the signs between the texts
        (json!("$q".repeat(most / 2 - 1)), true),
        (json!("$q".repeat(most / 2)), false), // by the signs before the quotes
    ] {
        let invoked = filled(action("success", json!({ "output": output })), &asked);
        assert_eq!(invoked.err().map(|refused| refused.error), (!taken).then_some(ErrorName::OutputFormatting));
    }
    for place in [Place::Text, Place::Html, Place::Url] {
        let asked = query(&format!("v={}", "%3C".repeat(most)));
        let filled = Parameters::of(&asked).text("$v", place).map_err(|refused| refused.error);
        assert_eq!(filled.is_ok(), matches!(place, Place::Text), "{:?}", filled.err());
        let longer = query(&format!("v={}", "x".repeat(most + 1)));
        assert!(Parameters::of(&longer).text("$v", place).is_err());
        let much = query(&format!("v={}", "x".repeat(most)));
        let thousands = Parameters::of(&much).text(&"$v".repeat(100_000), place);
        assert!(thousands.is_err());
    }
}

/// A part of a template, and what comes of it; none where it cannot be filled in.
fn part() -> impl Strategy<Value = (String, Option<String>)> {
    prop_oneof![
        "[^$]{0,6}".prop_map(|text| (text.clone(), Some(text))),
        Just(("$$".to_owned(), Some("$".to_owned()))),
        Just(("${a}".to_owned(), Some("A $b".to_owned()))),
        Just(("$_b1 ".to_owned(), Some("{ ".to_owned()))),
        Just(("$a|".to_owned(), Some("A $b|".to_owned()))),
        Just(("${c}".to_owned(), None)),
        Just(("$ ".to_owned(), None)),
        Just(("${a ".to_owned(), None)),
        Just(("$7".to_owned(), None)),
    ]
}

proptest! {
    #[test]
    fn a_template_is_the_sum_of_its_parts(parts in prop::collection::vec(part(), 0..8)) {
        let asked = query("a=A+%24b&_b1=%7B");
        let template: String = parts.iter().map(|(template, _)| template.as_str()).collect();
        let expected: Option<String> = parts.into_iter().map(|(_, filled)| filled).collect();
        prop_assert_eq!(Parameters::of(&asked).text(&template, Place::Text).ok(), expected);
    }

    #[test]
    fn nothing_upsets_it(template: String, output in any_json(), name in "[ab_]{1,2}", value: String) {
        let asked = [(name, value)];
        let parameters = Parameters::of(&asked);
        for place in [Place::Text, Place::Html, Place::Url] {
            let _ = parameters.text(&template, place);
        }
        let _ = parameters.value(&output);
    }

    #[test]
    fn no_parameter_leaves_its_place(value: String) {
        let asked = [("v".to_owned(), value)];
        let parameters = Parameters::of(&asked);
        let url = parameters.text("$v", Place::Url).unwrap();
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{url}");
        let html = parameters.text("$v", Place::Html).unwrap();
        prop_assert!(!html.contains(['<', '>', '"', '\'']), "{html}");
        prop_assert_eq!(parameters.text("$v", Place::Text).unwrap(), asked[0].1.as_str());
    }
}
