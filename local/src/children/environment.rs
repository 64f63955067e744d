//! The variables that a child process gets.

use std::ffi::{OsStr, OsString};

/// The region of everything local.
pub(crate) const REGION: &str = "us-east-1";
/// The account of everything local.
pub(crate) const ACCOUNT: &str = "123456789012";
/// Both halves of the credentials of everything local.
pub(crate) const CREDENTIAL: &str = "test";

const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// The variables of a child process that can reach only the local AWS.
///
/// Of the parent's variables, all that begin with `AWS_` go: credentials, profiles, regions, endpoints of single services.
/// So do the proxies: a token must not travel through a company's proxy on its way to this same machine.
/// Instead the child gets credentials that no account knows, a region, no configuration files, no instance metadata, and
/// `endpoint` for all services, if it is given
/// ([settings](https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html)).
/// Without an endpoint the child's calls to AWS fail for want of valid credentials.
pub fn isolated_environment(
    parent: impl IntoIterator<Item = (OsString, OsString)>,
    endpoint: Option<&str>,
) -> Vec<(OsString, OsString)> {
    let ours = [
        ("AWS_ACCESS_KEY_ID", CREDENTIAL),
        ("AWS_SECRET_ACCESS_KEY", CREDENTIAL),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let kept = parent.into_iter().filter(|(name, _)| !decides_where_calls_go(name));
    let added = ours.into_iter().chain(endpoint.map(|endpoint| ("AWS_ENDPOINT_URL", endpoint)));
    kept.chain(added.map(|(name, value)| (name.into(), value.into()))).collect()
}

fn decides_where_calls_go(name: &OsStr) -> bool {
    // Case does not matter to curl-like readers of proxies, nor to Windows-like readers of the rest.
    let name = name.to_string_lossy().to_uppercase();
    name.starts_with("AWS_") || PROXIES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn isolated(parent: &[(&str, &str)], endpoint: Option<&str>) -> Vec<(String, String)> {
        let parent = parent.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        isolated_environment(parent, endpoint)
            .into_iter()
            .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
            .collect()
    }

    #[test]
    fn what_decides_where_calls_go_is_dropped_whatever_its_case() {
        let polluted = [
            "AWS_PROFILE",
            "aws_profile",
            "Aws_Session_Token",
            "AWS_ENDPOINT_URL_SQS",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_MAX_ATTEMPTS",
            "AWS_CA_BUNDLE",
            "http_proxy",
            "HTTPS_PROXY",
            "All_Proxy",
            "no_proxy",
        ];
        let parent: Vec<_> = polluted.iter().map(|name| (*name, "real")).collect();
        let seen = isolated(&parent, None);
        assert!(seen.iter().all(|(_, value)| value != "real"), "{seen:?}");
        assert!(seen.iter().all(|(name, _)| name != "AWS_ENDPOINT_URL"), "{seen:?}");
    }

    #[test]
    fn the_rest_is_kept() {
        let seen = isolated(&[("PATH", "/bin"), ("MY_AWS_THING", "1")], Some("http://127.0.0.1:5"));
        for kept in [("PATH", "/bin"), ("MY_AWS_THING", "1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:5")] {
            assert!(seen.contains(&(kept.0.into(), kept.1.into())), "{kept:?} in {seen:?}");
        }
    }

    #[test]
    fn no_name_comes_twice() {
        let parent =
            [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "AKIAREAL"), ("AWS_ENDPOINT_URL", "https://real")];
        let mut names: Vec<_> =
            isolated(&parent, Some("http://127.0.0.1:5")).into_iter().map(|(name, _)| name).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_utf_8_are_handled() {
        use std::os::unix::ffi::OsStringExt;
        let odd = OsString::from_vec(b"AWS_\xff".to_vec());
        let seen = isolated_environment([(odd.clone(), OsString::new())], None);
        assert!(seen.iter().all(|(name, _)| *name != odd));
    }
}
