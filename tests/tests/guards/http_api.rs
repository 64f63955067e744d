//! The door for people: who may take which route, what the access log says, and what stands behind it.

use std::collections::BTreeSet;

use callback_bridge_tests::{Resource, Template};
use serde_json::{Value, json};

#[test]
fn every_route_says_who_may_take_it_and_only_links_and_signatures_prove_themselves() {
    for (id, route) in Template::read().all("AWS::ApiGatewayV2::Route") {
        let kind = &route.properties["AuthorizationType"];
        match id {
            "LinkRoute" => {
                assert_eq!(*kind, json!({ "Fn::If": ["HasJwt", "JWT", "NONE"] }));
                let none = json!({ "Ref": "AWS::NoValue" });
                let authorizer = json!({ "Fn::If": ["HasJwt", { "Ref": "PersonAuthorizer" }, none] });
                assert_eq!(route.properties["AuthorizerId"], authorizer);
            }
            // A machine has nobody to sign in, and neither has a mail: a link, a URL or a signature proves itself.
            "MachineLinkRoute" | "UrlRoute" | "EventRoute" => assert_eq!(kind, "NONE", "{id}"),
            _ => assert!(kind == "JWT" || kind == "AWS_IAM", "{id}: {kind}"),
        }
    }
}

#[test]
fn every_stage_is_throttled_and_its_log_holds_no_secret() {
    // Of the path, the query and the headers some are links, and claims are about people.
    const MAY_BE_LOGGED: [&str; 11] = [
        "requestId",
        "requestTime",
        "identity.sourceIp",
        "httpMethod",
        "routeKey",
        "status",
        "protocol",
        "responseLength",
        "responseLatency",
        "error.responseType",
        "integration.status",
    ];
    for (id, stage) in Template::read().all("AWS::ApiGatewayV2::Stage") {
        let settings = &stage.properties["DefaultRouteSettings"];
        assert_eq!(settings["ThrottlingRateLimit"], json!({ "Ref": "RequestsPerSecond" }), "{id}");
        assert_eq!(settings["ThrottlingBurstLimit"], json!({ "Ref": "RequestBurst" }), "{id}");
        let format = stage.properties["AccessLogSettings"]["Format"].as_str().unwrap();
        let _line: Value = serde_json::from_str(format).unwrap();
        let of_context = format.split("$context.").skip(1);
        let logged: BTreeSet<&str> = of_context.filter_map(|rest| rest.split('"').next()).collect();
        assert!(logged.contains("routeKey"), "{id}: {logged:?}");
        assert_eq!(format.matches('$').count(), logged.len(), "{id} logs more than the context: {format}");
        let more: Vec<_> = logged.iter().filter(|name| !MAY_BE_LOGGED.contains(name)).collect();
        assert!(more.is_empty(), "{id} logs {more:?}");
    }
}

#[test]
fn a_domain_of_ones_own_is_the_only_way_in_and_speaks_tls() {
    let template = Template::read();
    for (id, api) in template.all("AWS::ApiGatewayV2::Api") {
        assert_eq!(
            api.properties["DisableExecuteApiEndpoint"],
            json!({ "Fn::If": ["HasDomain", true, false] }),
            "{id}"
        );
    }
    for (id, domain) in template.all("AWS::ApiGatewayV2::DomainName") {
        assert_eq!(domain.properties["DomainNameConfigurations"][0]["SecurityPolicy"], "TLS_1_2", "{id}");
    }
}

/// Whoever may create URLs may have tasks answered: a policy says who, and it allows nothing else.
#[test]
fn urls_are_created_by_whoever_was_given_the_policy() {
    let template = Template::read();
    assert_eq!(template.resources["CreateUrlsRoute"].properties["AuthorizationType"], "AWS_IAM");
    assert_eq!(template.outputs["Policy"]["Value"], json!({ "Ref": "CreateCallbackUrlsPolicy" }));
    let document = &template.resources["CreateCallbackUrlsPolicy"].properties["PolicyDocument"];
    let allowed: Vec<_> = document["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| (statement["Effect"].as_str().unwrap(), &statement["Action"], &statement["Resource"]))
        .collect();
    let api = json!({ "Fn::Sub":
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${CallbackApi}/$default/POST/urls" });
    let function = json!({ "Fn::GetAtt": ["CreateCallbackUrlsFunction", "Arn"] });
    let [invoke_api, invoke_function] = [json!("execute-api:Invoke"), json!("lambda:InvokeFunction")];
    assert_eq!(allowed, [("Allow", &invoke_api, &api), ("Allow", &invoke_function, &function)]);
    for (name, expected) in [("Api", &template.outputs["LinkUrl"]["Value"]), ("Function", &json!({ "Ref": "CreateCallbackUrlsFunction" }))] {
        assert_eq!(&template.outputs[name]["Value"], expected, "{name}");
    }
}

/// What can be switched on is off unless somebody wants it, and both functions are told the same.
#[test]
fn the_switches_of_urls_are_off_by_default_and_the_same_for_both_functions() {
    let template = Template::read();
    for (parameter, variable) in [
        ("EnableOutputParameters", "BRIDGE_ENABLE_OUTPUT_PARAMETERS"),
        ("EnablePostActions", "BRIDGE_ENABLE_POST_ACTIONS"),
    ] {
        let declared = &template.parameters[parameter];
        assert_eq!((&declared["Default"], &declared["AllowedValues"]), (&json!("false"), &json!(["true", "false"])));
        for function in ["CreateCallbackUrlsFunction", "ReceiveCallbackFunction"] {
            let variables = &template.resources[function].properties["Environment"]["Variables"];
            assert_eq!(variables[variable], json!({ "Ref": parameter }), "{function}");
        }
    }
}

/// Only the routes of the API invoke the function: the ARN names one.
#[test]
fn an_api_may_invoke_its_function_by_its_routes_alone() {
    let template = Template::read();
    let of_apis = template.all("AWS::Lambda::Permission").into_iter();
    let of_apis: Vec<_> =
        of_apis.filter(|(_, may)| may.properties["Principal"] == "apigateway.amazonaws.com").collect();
    for (id, permission) in &of_apis {
        let arn = permission.properties["SourceArn"]["Fn::Sub"].as_str().unwrap();
        let routes = template.all("AWS::ApiGatewayV2::Route").into_iter();
        let mut keys = routes.filter_map(|(_, route)| route.properties["RouteKey"].as_str()?.split_once(' '));
        let covers = |(method, path): (&str, &str)| {
            let method = if method == "ANY" { "*" } else { method };
            // A parameter of the path may be anything there, too.
            let parts = path.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
            arn.ends_with(&format!("/*/{method}{}", parts.collect::<Vec<_>>().join("/")))
        };
        assert!(keys.any(covers), "{id}: {arn}");
    }
    assert!(!of_apis.is_empty());
}

#[test]
fn what_is_parked_and_what_links_are_made_by_outlive_the_stack() {
    let template = Template::read();
    let tables = template.all("AWS::DynamoDB::Table");
    for (id, table) in &tables {
        let properties = &table.properties;
        assert_eq!(properties["SSESpecification"]["SSEEnabled"], true, "{id}");
        assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{id}");
        assert_eq!(
            properties["TimeToLiveSpecification"],
            json!({ "AttributeName": "expires_at", "Enabled": true }),
            "{id}"
        );
    }
    let kept = tables.into_iter().chain([("LinkKeys", &template.resources["LinkKeys"])]);
    for (id, resource) in kept {
        let policies = (resource.deletion_policy.as_deref(), resource.update_replace_policy.as_deref());
        assert_eq!(policies, (Some("Retain"), Some("Retain")), "{id}");
    }
}

/// All services whose actions a function may use.
fn services(template: &Template, function: &str) -> BTreeSet<String> {
    let role = Resource::target(&template.resources[function].properties["Role"]);
    let policies = template.resources[role].properties["Policies"].as_array().unwrap();
    let statements = policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    let actions = statements.flat_map(|statement| {
        let statement = statement.pointer("/Fn::If/1").unwrap_or(statement);
        let actions = &statement["Action"];
        actions.as_array().cloned().unwrap_or_else(|| vec![actions.clone()])
    });
    actions.map(|action| action.as_str().unwrap().split(':').next().unwrap().to_owned()).collect()
}

/// Whoever gets at it can neither ask or call anybody, nor send a task anywhere.
#[test]
fn the_function_behind_the_door_may_read_decide_and_tell_and_nothing_else() {
    let may = services(&Template::read(), "ReceiveCallbackFunction");
    // By `sts` it assumes the roles in CallbackRoleArns, and those may answer tasks.
    assert_eq!(
        may,
        ["dynamodb", "events", "logs", "secretsmanager", "states", "sts", "xray"].map(str::to_owned).into()
    );
    // Whoever makes URLs answers no task, nor tells anybody.
    let may = services(&Template::read(), "CreateCallbackUrlsFunction");
    assert_eq!(may, ["dynamodb", "logs", "secretsmanager", "xray"].map(str::to_owned).into());
}
