//! Which route a request takes.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use std::collections::BTreeMap;

use anyhow::bail;
use axum::http::Method;

use super::authorizer;
use super::path::Pattern;
use crate::local_aws::{ApiType, Route};

/// All routes of a stack.
#[derive(Debug, Default)]
pub(super) struct Routes(Vec<(Pattern, Route)>);

/// The route of a request. It can't be printed: its parameters may be secrets.
pub(super) struct Found<'a> {
    pub(super) route: &'a Route,
    /// What stands in the request's path for the parameters of the route's.
    pub(super) parameters: BTreeMap<String, String>,
}

impl Routes {
    pub(super) fn new(routes: &[Route]) -> anyhow::Result<Self> {
        let mut known: Vec<(Pattern, Route)> = Vec::new();
        for route in routes.iter().filter(|route| route.api_type == ApiType::Http) {
            if route.payload_format != "2.0" {
                bail!("route {} has payload format {}, only 2.0 is known here", route.key(), route.payload_format);
            }
            authorizer::is_known(route)?;
            if known.iter().any(|(_, other)| other.key() == route.key()) {
                bail!("there are two routes {}; here, all APIs of a stack share one URL", route.key());
            }
            known.push((Pattern::new(&route.path), route.clone()));
        }
        Ok(Self(known))
    }

    /// The route that fits best: by its path, and among equal ones by its method.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let of_method = self.0.iter().filter(|(_, route)| route.method == "ANY" || route.method == method.as_str());
        let fitting = of_method.filter_map(|(pattern, route)| {
            let found = Found { route, parameters: pattern.parameters(path)? };
            Some(((pattern.rank(), route.method == "ANY"), found))
        });
        fitting.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, found)| found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_api::tests::route;

    /// The table in AWS's documentation of routing, and what it leaves open.
    #[test]
    fn the_most_specific_route_wins() {
        let keys = [
            "GET /pets/dog/1",
            "GET /pets/dog/{id}",
            "GET /pets/{proxy+}",
            "ANY /{proxy+}",
            "$default",
            "ANY /c/{link}",
            "POST /c/{link}",
            "ANY /c/new",
        ];
        let routes = Routes::new(&keys.map(route)).unwrap();
        for (request, expected) in [
            ("GET /pets/dog/1", "GET /pets/dog/1"),
            ("GET /pets/dog/2", "GET /pets/dog/{id}"),
            ("GET /pets/cat/1", "GET /pets/{proxy+}"),
            ("POST /test/5", "ANY /{proxy+}"),
            ("GET /", "$default"),
            ("HEAD /c/a", "ANY /c/{link}"),
            ("POST /c/a", "POST /c/{link}"),
            ("POST /c/new", "ANY /c/new"),
        ] {
            let (method, path) = request.split_once(' ').unwrap();
            let found = routes.find(&method.parse().unwrap(), path).unwrap();
            assert_eq!(found.route.key(), expected, "{request}");
        }
    }

    #[test]
    fn without_a_route_there_is_none() {
        let routes = Routes::new(&[route("GET /c/{link}")]).unwrap();
        assert!(routes.find(&Method::GET, "/d").is_none());
        assert!(routes.find(&Method::POST, "/c/a").is_none());
    }

    #[test]
    fn what_can_t_be_served_is_refused() {
        let refused = |routes: &[Route]| Routes::new(routes).unwrap_err().to_string();
        assert!(refused(&[route("GET /"), route("GET /")]).contains("two routes GET /"));
        assert!(
            refused(&[Route { payload_format: "1.0".to_owned(), ..route("GET /") }]).contains("payload format 1.0")
        );
        let rest = Route { api_type: ApiType::Rest, payload_format: "1.0".to_owned(), ..route("GET /") };
        assert!(Routes::new(&[rest]).unwrap().find(&Method::GET, "/").is_none());
    }
}
