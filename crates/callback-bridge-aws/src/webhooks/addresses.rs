//! Which addresses are called: public ones.

use std::{
    error, fmt, io,
    net::{IpAddr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use ssrf_guard::is_public;
use tokio::net::lookup_host;

/// Resolves names as the system does, and lets only those be connected to whose addresses are all public.
///
/// What is connected to is what was looked at: there is no second look-up that could say something else.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = lookup_host((name.as_str(), 0)).await?;
            let addresses = all_public(name.as_str(), addresses.collect())?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// One address that is not public refuses the whole name: whoever may choose among them may choose that one.
fn all_public(name: &str, addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Box<dyn error::Error + Send + Sync>> {
    if addresses.is_empty() {
        return Err(io::Error::other("the name has no address").into());
    }
    if addresses.iter().all(|address| is_public(address.ip())) {
        return Ok(addresses);
    }
    Err(NotPublic { name: name.to_owned() }.into())
}

/// The address that stands in a URL in the place of a name, if one does.
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

/// A name that leads into a network of ours. The address is not told: whoever has chosen the name would come to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotPublic {
    name: String,
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has an address that is not public, and only public ones are called", self.name)
    }
}

impl error::Error for NotPublic {}

impl NotPublic {
    /// What was refused, if that is why a call failed.
    pub(super) fn behind<'a>(error: &'a (dyn error::Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(addresses: &[&str]) -> bool {
        let addresses = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        all_public("api.example", addresses.collect()).is_err_and(|error| error.is::<NotPublic>())
    }

    #[test]
    fn what_is_not_public_is_refused_in_every_form() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "169.254.170.2",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "100::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:a9fe:a9fe::1",
            "2002:7f00:1::",
            "2001:0:a9fe:a9fe::1",
        ] {
            assert!(refused(&[address]), "{address}");
            assert!(refused(&["93.184.215.14", address]), "{address} behind a public one");
        }
    }

    #[test]
    fn what_is_public_is_called() {
        for address in
            ["93.184.215.14", "172.32.0.1", "100.128.0.1", "169.253.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]
        {
            assert!(!refused(&[address]), "{address}");
        }
        let none = all_public("api.example", Vec::new()).unwrap_err();
        assert!(!none.is::<NotPublic>(), "a name without addresses may have some later");
    }
}
