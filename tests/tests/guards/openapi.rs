//! The `OpenAPI` document: as the specification wants it, and about the routes and problems that there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use callback_bridge_tests::{Template, repository};
use callbacks::urls::ErrorName;
use serde_json::{Value, json};

const PROBLEM: &str = "urn:callback-bridge:problem:";

pub(crate) fn document() -> Value {
    serde_json::from_str(&fs::read_to_string(repository().join("docs/openapi.json")).unwrap()).unwrap()
}

/// Everything in a document, with the key it stands under.
fn parts<'a>(key: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    found.push((key, value));
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| parts(key, value, found)),
        Value::Array(items) => items.iter().for_each(|item| parts(key, item, found)),
        _ => {}
    }
}

/// Each operation, with its path and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters");
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    methods.collect()
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_one() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = Vec::new();
    parts("", &document, &mut found);
    let mut references = 0;
    for (key, value) in &found {
        match (*key, value) {
            ("$ref", Value::String(reference)) => {
                references += 1;
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            ("schema", schema) => jsonschema::meta::validate(schema).unwrap(),
            _ => {}
        }
    }
    assert!(references > 50, "only {references} references were found");
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
    }
    for (kind, parts) in document["components"].as_object().unwrap() {
        for name in parts.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            let reference = json!(format!("#/components/{kind}/{name}"));
            assert!(found.iter().any(|(key, value)| *key == "$ref" && **value == reference), "{reference} is not used");
        }
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_the_parameters_of_its_path() {
    let document = document();
    let operations = operations(&document);
    let names: BTreeSet<_> =
        operations.iter().map(|(_, _, operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    for (path, method, operation) in operations {
        let of_path = document["paths"][path]["parameters"].as_array().into_iter().flatten();
        let all = of_path.chain(operation["parameters"].as_array().into_iter().flatten());
        let declared: BTreeSet<_> = all
            .map(|parameter| document.pointer(parameter["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap())
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let wanted: BTreeSet<_> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert_eq!(declared, wanted, "{method} {path}");
    }
}

/// Whether a route of API Gateway leads to what is documented under this path.
fn leads_to(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(&path).all(|(route, path)| route == path || route.starts_with('{'))
}

#[test]
fn every_route_is_documented_and_every_documented_path_has_a_route() {
    let (template, document) = (Template::read(), document());
    let routes = template.all("AWS::ApiGatewayV2::Route").into_iter();
    let routes: Vec<_> = routes
        .map(|(id, route)| (id, route.properties["RouteKey"].as_str().unwrap().split_once(' ').unwrap()))
        .collect();
    let operations = operations(&document);
    for (id, (of_route, route)) in &routes {
        let documented = |(path, method, _): &(&str, &str, &Value)| {
            leads_to(route, path) && (*of_route == "ANY" || of_route.eq_ignore_ascii_case(method))
        };
        assert!(operations.iter().any(documented), "{id} is not documented");
    }
    for (path, method, operation) in operations {
        let with_way = |(_, (of_route, route)): &&(&str, (&str, &str))| {
            leads_to(route, path) && (*of_route == "ANY" || of_route.eq_ignore_ascii_case(method))
        };
        let (id, _) = routes.iter().find(with_way).unwrap_or_else(|| panic!("no route leads to {method} {path}"));
        let signs_in = template.resources[*id].properties["AuthorizationType"] != "NONE";
        assert_eq!(operation["security"].is_array(), signs_in, "{method} {path}: {id}");
        // IAM refuses by 403.
        let signed = template.resources[*id].properties["AuthorizationType"] == "AWS_IAM";
        let status = if signed { "403" } else { "401" };
        assert_eq!(operation["responses"].get(status).is_some(), signs_in || *id == "EventRoute", "{method} {path}");
        assert!(operation["responses"].get("429").is_some(), "{method} {path} is throttled");
    }
}

/// The table of problems is complete; a test of the pages looks.
fn problems() -> BTreeMap<String, u64> {
    let page = fs::read_to_string(repository().join("crates/callbacks/src/pages/README.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.filter_map(|row| {
        let (name, rest) = row.strip_prefix("| `")?.split_once("` | ")?;
        Some((format!("{PROBLEM}{name}"), rest.split(' ').next()?.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn its_problems_are_those_that_there_are_with_their_statuses() {
    let (document, problems) = (document(), problems());
    assert!(problems.len() > 20, "{problems:?}");
    let names: BTreeSet<_> = problems.keys().map(String::as_str).collect();
    let types = &document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
    assert_eq!(types.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect::<BTreeSet<_>>(), names);
    let mut told = BTreeSet::new();
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
        for r#type in schema["type"]["enum"].as_array().into_iter().flatten() {
            let r#type = r#type.as_str().unwrap();
            // No event is told that it is gone: see `Reply::to_event`.
            let status = match problems[r#type] {
                410 if name == "EventTooLate" => 409,
                status => status,
            };
            assert_eq!(schema["status"]["const"], status, "{name}: {type}");
            let short = r#type.strip_prefix(PROBLEM).unwrap();
            assert!(response["description"].as_str().unwrap().contains(&format!("`{short}`")), "{name}: {type}");
            told.insert(r#type);
        }
    }
    assert_eq!(told, names, "each is a response of some operation");
    for (path, method, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => response,
            };
            let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
            if let Some(of_problem) = schema["status"]["const"].as_u64() {
                assert_eq!(of_problem.to_string(), *status, "{method} {path}");
            }
        }
    }
}

#[test]
fn the_errors_of_urls_are_those_that_there_are() {
    let document = document();
    let listed = document["components"]["schemas"]["UrlError"]["properties"]["error"]["enum"].as_array().unwrap();
    let names: BTreeSet<_> = listed.iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(names.len(), listed.len());
    assert_eq!(names, ErrorName::NAMES.iter().copied().collect());
}
