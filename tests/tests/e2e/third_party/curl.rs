//! The commands with curl on a page, as requests: not every machine has curl.

use std::fs;

use callback_bridge_tests::repository;
use reqwest::Method;

/// What a command sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Curl {
    pub(super) method: Method,
    /// As it stands there, with a variable in front.
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

/// Every command with curl in the samples of a page.
pub(super) fn commands(page: &str) -> Vec<Curl> {
    let page = fs::read_to_string(repository().join(page)).unwrap();
    let samples = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    samples.flat_map(str::lines).filter_map(|line| line.strip_prefix("curl ")).map(Curl::read).collect()
}

impl Curl {
    fn read(arguments: &str) -> Self {
        let mut read = Self { method: Method::GET, url: String::new(), headers: Vec::new(), body: None };
        let mut words = words(arguments).into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-X" => read.method = words.next().unwrap().parse().unwrap(),
                "-H" => {
                    let header = words.next().unwrap();
                    let (name, value) = header.split_once(": ").unwrap();
                    read.headers.push((name.to_owned(), value.to_owned()));
                }
                "-d" => (read.method, read.body) = (Method::POST, words.next()),
                option if option.starts_with('-') => panic!("the test does not know the option {option}"),
                _ => read.url = word,
            }
        }
        read
    }
}

/// The words of a command in a shell, as far as samples need it: quotation marks of both kinds, and no escapes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (letter, quoted) {
            (mark, Some(open)) if mark == open => quoted = None,
            ('\'' | '"', None) => quoted = Some(letter),
            (' ', None) => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            (_, _) => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[test]
fn a_command_is_read_as_a_shell_does() {
    let read = Curl::read(r#"-H 'content-type: application/json' -d '{"output":{"paid":"3 EUR"}}' "$LINK/success""#);
    assert_eq!(read.method, Method::POST);
    assert_eq!(read.url, "$LINK/success");
    assert_eq!(read.headers, [("content-type".to_owned(), "application/json".to_owned())]);
    assert_eq!(read.body.as_deref(), Some(r#"{"output":{"paid":"3 EUR"}}"#));
    assert_eq!(Curl::read(r#"-X POST "$LINK/heartbeat""#).method, Method::POST);
    assert_eq!(Curl::read(r#""$LINK/answer""#).method, Method::GET);
}
