//! Output parameters: what stands in the query of a URL is filled into what its action says.

use callbacks::urls::Switches;
use serde_json::{Value, json};

use crate::urls::{BROWSER, ON, Told, Urls, error};

async fn filled(action: Value) -> Urls {
    Urls::ordered(json!({ "actions": [action], "enable_output_parameters": true })).await
}

#[tokio::test]
async fn every_text_of_an_output_is_filled_in() {
    let output = json!({ "by": "$who", "and": ["${who}s", 5, "$$who", { "as_$action": "$type" }] });
    let urls = filled(json!({ "name": "it", "type": "success", "output": output })).await;
    let seen = urls.bench.seen(urls.with_parameters("POST", "it", "who=Ann+%26+Bob")).await;
    assert_eq!((seen.status, seen.json()), (200, urls.taken("it")));
    let told = json!({ "by": "Ann & Bob", "and": ["Ann & Bobs", 5, "$who", { "as_it": "success" }] });
    assert_eq!(urls.told(), [Told::Success(told)]);
}

#[tokio::test]
async fn an_error_and_a_cause_are_filled_in() {
    let urls = filled(json!({ "name": "it", "type": "failure", "error": "$error", "cause": "because of $why" })).await;
    for error_name in ["States.Timeout", "Bridge.Expired"] {
        let seen = urls.bench.seen(urls.with_parameters("POST", "it", &format!("error={error_name}&why=x"))).await;
        assert_eq!(error(&seen), (400, "OutputFormatting".to_owned()), "nobody outside gives such names");
    }
    urls.bench.seen(urls.with_parameters("POST", "it", "error=NoMoney&why=rain")).await;
    assert_eq!(urls.told(), [Told::failure("NoMoney", "because of rain")]);
}

#[tokio::test]
async fn without_every_parameter_nothing_is_done() {
    let response = json!({ "text": "Thanks, $who" });
    let urls = filled(json!({ "name": "it", "type": "success", "output": "$amount", "response": response })).await;
    let before = urls.bench.stored();
    for method in ["GET", "POST"] {
        for (parameters, missing) in
            [("", "amount"), ("who=Ann", "amount"), ("amount=3", "who"), ("Amount=3&who=Ann", "amount")]
        {
            let seen = urls.bench.seen(urls.with_parameters(method, "it", parameters)).await;
            assert_eq!(error(&seen), (400, "OutputFormatting".to_owned()), "{method} {parameters}");
            assert_eq!(seen.json()["message"], format!("the URL has no parameter `{missing}`"));
        }
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
}

/// Whoever has the URL writes into it what they like.
#[tokio::test]
async fn what_is_filled_into_html_is_escaped() {
    let response = json!({ "html": "<p title=\"$who\">$who</p>", "json": { "who": "$who" }, "text": "$who" });
    let urls = filled(json!({ "name": "it", "type": "success", "output": 1, "response": response })).await;
    let posted = urls.with_parameters("POST", "it", "who=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%27%26");
    let page = urls.bench.seen(posted.clone().with_header("accept", BROWSER)).await;
    assert!(
        !page.body.contains("<script") && !page.body.contains("\"><") && !page.body.contains('\''),
        "{}",
        page.body
    );
    assert!(page.body.contains("script") && page.body.starts_with("<p title=\"") && page.body.ends_with("</p>"));
    let who = r#""><script>alert(1)</script>'&"#;
    assert_eq!(urls.bench.seen(posted.clone()).await.json(), json!({ "who": who }));
    assert_eq!(urls.bench.seen(posted.with_header("accept", "text/plain")).await.body, who);
}

#[tokio::test]
async fn what_is_filled_into_a_redirect_leads_to_no_other_host_and_makes_no_header() {
    let response = json!({ "redirect": "https://example.com/thanks/$who?by=$who" });
    let action = json!({ "name": "it", "type": "success", "output": 1, "response": response });
    for (parameter, written) in [
        ("Ann", "Ann"),
        ("a%2Fb%3Fc%23d", "a%2Fb%3Fc%23d"),
        ("%0D%0Aset-cookie%3A+a%3Db", "%0D%0Aset-cookie%3A%20a%3Db"),
        ("%40evil.example", "%40evil.example"),
        ("%C3%A9", "%C3%A9"),
    ] {
        let urls = filled(action.clone()).await;
        let seen = urls.bench.seen(urls.with_parameters("POST", "it", &format!("who={parameter}"))).await;
        assert_eq!((seen.status, &*seen.body), (303, ""));
        assert_eq!(seen.headers["location"], format!("https://example.com/thanks/{written}?by={written}"));
        assert!(!seen.headers.contains_key("set-cookie"));
    }
    let urls = filled(action).await;
    let up = urls.bench.seen(urls.with_parameters("POST", "it", "who=..")).await;
    assert_eq!((error(&up).1, urls.told()), ("OutputFormatting".to_owned(), vec![]));
}

#[tokio::test]
async fn nothing_is_filled_in_unless_the_call_wants_it() {
    let action = json!({ "name": "it", "type": "success", "output": "$who", "response": { "text": "$5 for $who" } });
    for fields in [json!({}), json!({ "enable_output_parameters": false })] {
        let mut order = json!({ "actions": [action] });
        order.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let urls = Urls::ordered(order).await.switched(Switches { output_parameters: false, ..ON });
        let sent = urls.with_parameters("POST", "it", "who=Ann").with_header("accept", "text/plain");
        assert_eq!(urls.bench.seen(sent).await.body, "$5 for $who");
        assert_eq!(urls.told(), [Told::Success(json!("$who"))]);
    }
}

#[tokio::test]
async fn the_same_url_with_other_parameters_afterwards_is_another_answer() {
    let urls = filled(json!({ "name": "it", "type": "success", "output": "$who" })).await;
    let ann = urls.bench.seen(urls.with_parameters("POST", "it", "who=Ann")).await;
    assert_eq!(urls.bench.seen(urls.with_parameters("POST", "it", "who=Ann&more=1")).await, ann);
    let bob = urls.bench.seen(urls.with_parameters("POST", "it", "who=Bob")).await;
    assert_eq!(error(&bob), (400, "StepFunctionsError".to_owned()));
    assert_eq!((urls.told(), urls.bench.outside.late().len()), (vec![Told::Success(json!("Ann"))], 1));
}

#[tokio::test]
async fn parameters_do_not_get_past_what_the_url_says_of_its_action() {
    let urls = filled(json!({ "name": "it", "type": "success", "output": "$action" })).await;
    for more in ["action=other", "type=failure"] {
        let seen = urls.bench.seen(urls.with_parameters("POST", "it", more)).await;
        assert_eq!(error(&seen), (400, "ActionMismatched".to_owned()), "{more}");
    }
    assert_eq!(urls.told(), []);
}
