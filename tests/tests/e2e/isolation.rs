//! Nothing local may ever reach a real AWS account, whatever the environment of whoever runs it says.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

use crate::demo::demo;

/// Stands where the real account, or a proxy on the way to it, would be, and tells who comes.
struct Canary {
    address: SocketAddr,
    visitors: mpsc::Receiver<SocketAddr>,
}

impl Canary {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (visit, visitors) = mpsc::channel();
        thread::spawn(move || {
            while let Ok((_, visitor)) = listener.accept()
                && visit.send(visitor).is_ok()
            {}
        });
        Self { address, visitors }
    }

    /// Goes there itself, and is told who has come first of all.
    fn first_visitor_after_all(&self) -> (SocketAddr, SocketAddr) {
        let ours = TcpStream::connect(self.address).unwrap();
        (self.visitors.recv().unwrap(), ours.local_addr().unwrap())
    }
}

#[test]
fn the_environment_of_somebody_with_an_account_changes_nothing() {
    let account = Canary::new();
    let url = format!("http://{}", account.address);
    let output = demo()
        .arg("--json")
        .envs([
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "a session of a real account"),
            ("AWS_PROFILE", "production"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
            ("AWS_LAMBDA_RUNTIME_API", &account.address.to_string()),
        ])
        .envs(
            [
                "AWS_ENDPOINT_URL",
                "AWS_ENDPOINT_URL_SFN",
                "AWS_ENDPOINT_URL_SQS",
                "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                "AWS_ENDPOINT_URL_CLOUDFORMATION",
                "AWS_ENDPOINT_URL_S3",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                "HTTP_PROXY",
                "HTTPS_PROXY",
                "http_proxy",
                "https_proxy",
                "ALL_PROXY",
                "all_proxy",
            ]
            .map(|name| (name, &url)),
        )
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let (first, ourselves) = account.first_visitor_after_all();
    assert_eq!(first, ourselves, "something went where the environment pointed");
}
