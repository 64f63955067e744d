//! Routes of APIs, as they are described.

use serde::Deserialize;

/// A route of an API to a function.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Route {
    /// The logical id of its API.
    pub api: String,
    /// What stands here for the id of its API.
    pub api_id: String,
    /// What kind of API that is.
    #[serde(rename = "type")]
    pub api_type: ApiType,
    /// GET, POST, .. or ANY.
    pub method: String,
    /// The path with its parameters, such as `/c/{link}`, or `$default`.
    pub path: String,
    /// The name of the function.
    pub function: String,
    /// The version of the format of its events and responses.
    pub payload_format: String,
    /// How long the API waits for the function, in milliseconds.
    pub timeout_ms: u64,
    /// Who may take it; anybody without one.
    pub authorizer: Option<Authorizer>,
}

impl Route {
    /// What AWS calls it by, such as `ANY /c/{link}` or `$default`.
    #[must_use]
    pub fn key(&self) -> String {
        if self.path == "$default" { self.path.clone() } else { format!("{} {}", self.method, self.path) }
    }
}

/// Which of API Gateway's kinds an API is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiType {
    /// An HTTP API.
    Http,
    /// A REST API, which is not served here.
    Rest,
}

/// What decides who may take a route.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type")]
pub enum Authorizer {
    /// The claims of a token.
    #[serde(rename = "JWT")]
    Jwt(JwtAuthorizer),
    /// IAM, by the signature of the request.
    #[serde(rename = "AWS_IAM")]
    AwsIam,
    /// Something else, such as a function.
    #[serde(other)]
    Custom,
}

/// Which tokens are good for a route.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct JwtAuthorizer {
    /// Where the token is, such as `$request.header.Authorization`.
    pub identity_source: String,
    /// Who has to have issued it.
    pub issuer: String,
    /// Whom it has to be for, one of these.
    pub audience: Vec<String>,
    /// What it has to be good for, one of these if there are any.
    pub scopes: Vec<String>,
}
