//! What a request says of itself.

use callbacks::pages::{Format, Page, Problem, Response};
use lambda_http::{
    Body, Request, RequestExt,
    http::{
        HeaderName, HeaderValue, Method,
        header::{ACCEPT, CONTENT_TYPE},
    },
    request::RequestContext,
};

/// A request, as the pages ask for it.
#[derive(Clone, Copy)]
pub(crate) struct Visitor<'a>(pub(crate) &'a Request);

impl Visitor<'_> {
    /// What stands behind `/c/`.
    pub(crate) fn link(&self) -> &str {
        self.0.path_parameters_ref().and_then(|parameters| parameters.first("link")).unwrap_or_default()
    }

    /// What stands behind a link.
    pub(crate) fn way(&self) -> Option<&str> {
        self.0.path_parameters_ref()?.first("way")
    }

    /// Whose event it is said to be.
    pub(crate) fn sender(&self) -> Option<&str> {
        self.0.path_parameters_ref()?.first("sender")
    }

    /// Whether it comes by the URL of an action, whatever API Gateway puts before the path: its stage, say.
    pub(crate) fn is_url(self) -> bool {
        self.0.raw_http_path().rsplit('/').nth(1) == Some("u")
    }

    /// The query, decoded, in its order.
    pub(crate) fn query(self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.0.uri().query().unwrap_or_default().as_bytes()).into_owned().collect()
    }

    pub(crate) fn method(&self) -> &Method {
        self.0.method()
    }

    /// A header; one that is no ASCII text is none.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    pub(crate) fn raw_header(&self, name: HeaderName) -> Option<&[u8]> {
        self.0.headers().get(name).map(HeaderValue::as_bytes)
    }

    /// A page in the form in which it wants to be answered.
    pub(crate) fn page(self, page: &Page<'_>) -> Response {
        page.response(Format::wanted(self.header(ACCEPT), self.header(CONTENT_TYPE)))
    }

    pub(crate) fn body(&self) -> &[u8] {
        match self.0.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        }
    }

    /// Whether a page elsewhere has made the browser send it. `Origin` does not tell: from a page that sends no referrer it
    /// is `null`, from ours, too.
    pub(crate) fn is_cross_site(self) -> bool {
        self.header(HeaderName::from_static("sec-fetch-site")) == Some("cross-site")
    }

    /// Who has signed in, by this claim of the token that API Gateway has verified.
    pub(crate) fn signed_in_as(self, claim: Option<&str>) -> Result<Option<String>, Problem> {
        let Some(claim) = claim else { return Ok(None) };
        let Some(RequestContext::ApiGatewayV2(context)) = self.0.request_context_ref() else {
            return Err(Problem::UnknownPerson);
        };
        let token = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = token.map(|token| &token.claims).ok_or(Problem::UnknownPerson)?;
        // Where an address was not verified, everybody may have given it as theirs.
        if claim == "email" && claims.get("email_verified").is_some_and(|verified| verified != "true") {
            return Err(Problem::UnknownPerson);
        }
        let person = claims
            .get(claim)
            .map(|person| person.trim())
            .filter(|person| (1..=MOST_NAME).contains(&person.chars().count()));
        person.map(|person| Some(person.to_owned())).ok_or(Problem::UnknownPerson)
    }
}

/// The longest name of a person who has signed in, in characters: as the address of an approver.
const MOST_NAME: usize = 254;
