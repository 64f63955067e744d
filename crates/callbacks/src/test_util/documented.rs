//! Whether a reply is as `docs/openapi.json` says.

use serde_json::{Value, json};

/// The `OpenAPI` document of the HTTP API, which replies are held against.
#[derive(Debug)]
pub struct Documented(Value);

/// A reply, as far as the document says something about it.
#[derive(Debug, Clone, Copy)]
pub struct DocumentedReply<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its path, with whatever secret is in it; no error repeats it.
    pub path: &'a str,
    /// The status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: Option<&'a str>,
    /// The header `allow`.
    pub allow: Option<&'a str>,
    /// The header `retry-after`.
    pub retry_after: Option<&'a str>,
    /// The body.
    pub body: &'a str,
}

impl Documented {
    /// Reads the text of the document.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_else(|error| panic!("the document is no JSON: {error}")))
    }

    /// Whether a path of a request is one of the document's.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.template(path).is_ok()
    }

    /// Whether the document has this status for the request, with this content type, these headers and such a body.
    ///
    /// # Errors
    /// When it does not, and what it lacks.
    pub fn check(&self, reply: &DocumentedReply<'_>) -> Result<(), String> {
        let DocumentedReply { method, status, .. } = *reply;
        let template = self.template(reply.path)?;
        let operations = &self.0["paths"][&template];
        let operation = match &operations[method.to_lowercase()] {
            // No document can list the methods that there are not: what is said to them is said at POST.
            Value::Null if status == 405 => &operations["post"],
            operation => operation,
        };
        let at = format!("{method} {template} {status}");
        let response = self.resolved(&operation["responses"][status.to_string()]);
        if response.is_null() {
            return Err(format!("{at} is not documented"));
        }
        self.headers(response, reply).map_err(|problem| format!("{at}: {problem}"))?;
        self.body(response, reply).map_err(|problem| format!("{at}: {problem}"))
    }

    /// The path of the document for a path of a request. What else stands behind a link is answered as `/answer` is.
    fn template(&self, path: &str) -> Result<String, String> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts[..] {
            ["c", _] => Ok("/c/{link}".to_owned()),
            ["c", _, way] => {
                let template = format!("/c/{{link}}/{way}");
                let known = self.0["paths"].get(&template).is_some();
                Ok(if known { template } else { "/c/{link}/answer".to_owned() })
            }
            ["u", _] => Ok("/u/{link}".to_owned()),
            ["urls"] => Ok("/urls".to_owned()),
            ["webhooks", _] => Ok("/webhooks/{sender}".to_owned()),
            _ => Err("the path is not documented".to_owned()),
        }
    }

    fn resolved<'a>(&'a self, part: &'a Value) -> &'a Value {
        let pointer = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.map_or(part, |pointer| self.0.pointer(pointer).unwrap_or(&Value::Null))
    }

    fn headers(&self, response: &Value, reply: &DocumentedReply<'_>) -> Result<(), String> {
        for (name, value) in [("Allow", reply.allow), ("Retry-After", reply.retry_after)] {
            let header = self.resolved(&response["headers"][name]);
            match value {
                None if header["required"] == true => return Err(format!("{name} is missing")),
                None => {}
                Some(_) if header.is_null() => return Err(format!("{name} is not documented")),
                Some(value) => self.fits(&header["schema"], &json!(value)).map_err(|why| format!("{name}: {why}"))?,
            }
        }
        Ok(())
    }

    fn body(&self, response: &Value, reply: &DocumentedReply<'_>) -> Result<(), String> {
        let none = response["content"].is_null() && reply.content_type.is_none() && reply.body.is_empty();
        if none {
            return Ok(());
        }
        let content_type = reply.content_type.unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let content = &response["content"][media_type];
        if content.is_null() {
            return Err(format!("the content type {media_type:?} is not documented"));
        }
        if reply.method == "HEAD" {
            return if reply.body.is_empty() { Ok(()) } else { Err("a reply to HEAD has a body".to_owned()) };
        }
        let body = if media_type.ends_with("json") {
            serde_json::from_str(reply.body).map_err(|error| format!("the body is no JSON: {error}"))?
        } else {
            json!(reply.body)
        };
        self.fits(&content["schema"], &body)
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": self.0["components"],
            "allOf": [schema],
        });
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&schema).map_err(|error| format!("its schema is none: {error}"))?;
        validator.validate(value).map_err(|error| format!("{error} at {}: {value}", error.instance_path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str =
        r#"{ "callbackId": "PX8SFbA0qHHG2YRKoTwlJQ", "status": "open", "deadlineAt": "2026-11-22T10:00:00Z" }"#;
    const PROBLEM: &str =
        r#"{ "type": "urn:callback-bridge:problem:unknown-link", "title": "t", "status": 404, "detail": "d" }"#;

    fn documented() -> Documented {
        Documented::read(include_str!("../../../../docs/openapi.json"))
    }

    fn reply<'a>(
        method: &'a str,
        path: &'a str,
        status: u16,
        content_type: &'a str,
        body: &'a str,
    ) -> DocumentedReply<'a> {
        let content_type = Some(content_type);
        DocumentedReply { method, path, status, content_type, allow: None, retry_after: None, body }
    }

    #[test]
    fn what_is_documented_is_taken() {
        for reply in [
            reply("POST", "/c/LINK/answer", 200, "application/json", OPEN),
            reply("GET", "/c/LINK/heartbeat", 200, "application/json", OPEN),
            reply("HEAD", "/c/LINK/heartbeat", 200, "application/json", ""),
            reply("GET", "/c/LINK", 200, "text/html; charset=utf-8", "<!doctype html>"),
            reply("POST", "/c/LINK/elsewhere", 404, "application/problem+json", PROBLEM),
            reply("POST", "/webhooks/bank", 202, "application/json", r#"{ "status": "kept", "detail": "d" }"#),
            reply("POST", "/webhooks/bank", 429, "application/json", r#"{ "message": "Too Many Requests" }"#),
            reply("POST", "/u/LINK", 400, "application/json", r#"{ "error": "ExpiredPayload", "message": "m" }"#),
            DocumentedReply { content_type: None, ..reply("POST", "/u/LINK", 303, "", "") },
        ] {
            assert_eq!(documented().check(&reply), Ok(()), "{reply:?}");
        }
    }

    #[test]
    fn what_is_not_is_told_and_no_path() {
        let good = reply("POST", "/c/LINK/answer", 200, "application/json", OPEN);
        let more = OPEN.replace("\"open\"", "\"open\", \"more\": 1");
        let never = OPEN.replace("2026-11-22T10:00:00Z", "never");
        let other_type = PROBLEM.replace("unknown-link", "expired");
        for (undocumented, why) in [
            (DocumentedReply { status: 418, ..good }, "418 is not documented"),
            (DocumentedReply { path: "/elsewhere/LINK", ..good }, "path is not documented"),
            (DocumentedReply { method: "PUT", ..good }, "is not documented"),
            (DocumentedReply { content_type: None, ..good }, "content type \"\""),
            (DocumentedReply { content_type: None, body: "", ..good }, "content type \"\""),
            (reply("POST", "/u/LINK", 303, "text/html", "<!doctype html>"), "content type \"text/html\""),
            (reply("POST", "/urls", 400, "application/json", r#"{ "error": "Elsewhere", "message": "m" }"#), "Elsewhere"),
            (DocumentedReply { content_type: Some("text/html"), ..good }, "content type \"text/html\""),
            (DocumentedReply { body: "{", ..good }, "no JSON"),
            (DocumentedReply { body: "{}", ..good }, "required property"),
            (DocumentedReply { body: &more, ..good }, "more"),
            (DocumentedReply { body: &never, ..good }, "date-time"),
            (DocumentedReply { allow: Some("GET"), ..good }, "Allow is not documented"),
            (DocumentedReply { method: "HEAD", ..good }, "has a body"),
            (reply("POST", "/c/LINK/answer", 404, "application/problem+json", &other_type), "expired"),
            (reply("DELETE", "/c/LINK/answer", 405, "application/problem+json", PROBLEM), "Allow is missing"),
        ] {
            let problem = documented().check(&undocumented).unwrap_err();
            assert!(problem.contains(why) && !problem.contains("LINK"), "{why}: {problem}");
        }
    }
}
