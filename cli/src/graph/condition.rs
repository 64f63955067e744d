//! The condition of a choice, in a few words.

use serde_json::Value;

/// A rule of a Choice state, as in `$.score >= 700`.
pub(super) fn in_words(rule: &Value) -> String {
    if let Some(condition) = rule["Condition"].as_str() {
        return condition.trim_start_matches("{%").trim_end_matches("%}").trim().to_owned();
    }
    for (list, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = rule[list].as_array() {
            return rules.iter().map(within_a_list).collect::<Vec<_>>().join(word);
        }
    }
    if rule["Not"].is_object() {
        return format!("not ({})", in_words(&rule["Not"]));
    }
    let variable = rule["Variable"].as_str().unwrap_or("?");
    let known = ["Variable", "Next", "Comment", "Assign", "Output"];
    let comparison = rule.as_object().into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()));
    comparison.map_or_else(|| variable.to_owned(), |(name, value)| compared(variable, name, value))
}

/// A rule among others: a list of its own keeps its words together.
fn within_a_list(rule: &Value) -> String {
    let is_list = ["And", "Or"].iter().filter_map(|list| rule[list].as_array()).any(|rules| rules.len() > 1);
    if is_list { format!("({})", in_words(rule)) } else { in_words(rule) }
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html#amazon-states-language-choice-state-rules>
fn compared(variable: &str, operator: &str, value: &Value) -> String {
    if let Some(what) = operator.strip_prefix("Is") {
        let not = if value == &Value::Bool(false) { "not " } else { "" };
        return format!("{variable} is {not}{}", what.to_lowercase());
    }
    let plain = operator.trim_end_matches("Path");
    for (ending, sign) in [
        ("LessThanEquals", "<="),
        ("GreaterThanEquals", ">="),
        ("LessThan", "<"),
        ("GreaterThan", ">"),
        ("Equals", "="),
        ("Matches", "matches"),
    ] {
        if plain.ends_with(ending) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return format!("{variable} {sign} {value}");
        }
    }
    format!("{variable} {operator} {value}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_are_told_in_a_few_words() {
        for (rule, words) in [
            (json!({ "Variable": "$.score", "NumericGreaterThanEquals": 700, "Next": "a" }), "$.score >= 700"),
            (json!({ "Variable": "$.a", "StringEqualsPath": "$.b" }), "$.a = $.b"),
            (json!({ "Variable": "$.payTo", "IsPresent": true }), "$.payTo is present"),
            (json!({ "Variable": "$.payTo", "IsNull": false }), "$.payTo is not null"),
            (json!({ "Condition": "{% $states.input.ok %}", "Next": "a" }), "$states.input.ok"),
            (
                json!({ "And": [{ "Variable": "$.a", "BooleanEquals": true }, { "Not": { "Variable": "$.b", "StringMatches": "x*" } }] }),
                "$.a = true and not ($.b matches x*)",
            ),
            (
                json!({ "And": [
                    { "Or": [{ "Variable": "$.a", "IsPresent": true }, { "Variable": "$.b", "IsPresent": true }] },
                    { "And": [{ "Variable": "$.c", "IsPresent": true }] },
                ] }),
                "($.a is present or $.b is present) and $.c is present",
            ),
        ] {
            assert_eq!(in_words(&rule), words);
        }
    }
}
