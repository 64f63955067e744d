//! Where the local AWS listens.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context;

/// Where it listens unless told otherwise, so that lines in a shell's history stay right from one day to the next.
/// No system gives it to somebody who asks for any port, and the other local clouds have theirs elsewhere.
pub const PORT: u16 = 4599;

/// The port to use, and what there is to say about it.
pub(super) fn choose(wanted: Option<u16>) -> anyhow::Result<(u16, Option<String>)> {
    choose_or(wanted, PORT)
}

fn choose_or(wanted: Option<u16>, usual: u16) -> anyhow::Result<(u16, Option<String>)> {
    match wanted {
        Some(port) => {
            bind(port).with_context(|| {
                format!("port {port} can't be had: choose another one, or `--port 0` for any that is free")
            })?;
            Ok((port, None))
        }
        None if bind(usual).is_ok() => Ok((usual, None)),
        None => Ok((0, Some(format!("port {usual} is taken, perhaps by another `cargo xtask up`; any other will do")))),
    }
}

/// The port of the HTTP APIs: the one after that of the local AWS if it is free, and else any.
pub(super) fn of_apis(port: u16) -> u16 {
    after(port, 1, |next| bind(next).is_ok())
}

/// The port of the pages: the next one after those if it is free, and else any.
pub(super) fn of_pages(port: u16) -> u16 {
    after(port, 2, |next| bind(next).is_ok())
}

fn after(port: u16, by: u16, is_free: impl Fn(u16) -> bool) -> u16 {
    let next = port.checked_add(by).filter(|next| port != 0 && is_free(*next));
    next.unwrap_or(0)
}

/// It is given back at once; whoever is quicker than the local AWS makes that fail, and say so.
fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_an_error_only_if_it_was_asked_for() {
        let taken = bind(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = choose_or(Some(port), port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port 0"), "{error}");
        let (other, notice) = choose_or(None, port).unwrap();
        assert!(other == 0 && notice.unwrap().contains(&port.to_string()));
        assert_eq!(choose_or(Some(0), port).unwrap(), (0, None));
    }

    #[test]
    fn the_apis_are_next_to_the_local_aws_unless_somebody_else_is() {
        assert_eq!(after(PORT, 1, |next| next == PORT + 1), PORT + 1);
        assert_eq!((after(PORT, 1, |_| false), after(0, 2, |_| true), after(u16::MAX, 1, |_| true)), (0, 0, 0));
        let taken = bind(0).unwrap();
        assert_eq!(of_apis(taken.local_addr().unwrap().port() - 1), 0);
    }
}
