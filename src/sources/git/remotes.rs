//! L3: where remotes are fetched from and pushed to, as git resolves it from all of its configuration.
//!
//! This is the one place where a user's own configuration counts: a URL there (`url.BASE.insteadOf`) is a part of where
//! a remote is. Nothing is run, and it is only asked where git has read the same files to start a hook.

use gix::bstr::ByteSlice as _;
use gix::open::Permissions;

use super::Repository;

/// The remotes that the configuration names.
pub struct Remotes {
    repository: gix::Repository,
}

impl Remotes {
    /// Reads the configuration; `None` where it cannot be read.
    #[must_use]
    pub fn read(repository: &Repository) -> Option<Self> {
        let mut permissions = Permissions::all();
        permissions.config.git_binary = false;
        let options = gix::open::Options::isolated()
            .with(gix::sec::Trust::Full)
            .permissions(permissions)
            .filter_config_section(|_| true)
            .open_path_as_is(true);
        options.open(repository.git_dir()).ok().map(|opened| Remotes { repository: opened.to_thread_local() })
    }

    /// Remotes that are fetched from where `url` pushes to.
    #[must_use]
    pub fn fetched_from(&self, url: &str) -> Vec<String> {
        let names = self.repository.remote_names();
        let is_there = |name: &String| self.urls(name, "url").first().is_some_and(|own| is_same(&self.rewritten(own, "insteadOf"), url));
        names.iter().map(ToString::to_string).filter(is_there).collect()
    }

    /// The URLs that a push to a remote goes to, one after the other.
    #[must_use]
    pub fn push_urls(&self, name: &str) -> Vec<String> {
        let own = self.urls(name, "pushurl");
        if !own.is_empty() {
            return own.iter().map(|url| self.rewritten(url, "insteadOf")).collect();
        }
        let urls = self.urls(name, "url");
        let others: Vec<String> = urls.iter().map(|url| self.rewritten(url, "pushInsteadOf")).collect();
        // Where one is only for pushes, those that are not are for fetches only.
        let is_rewritten = |(other, url): &(String, &String)| other != *url;
        let only: Vec<String> = others.into_iter().zip(&urls).filter(is_rewritten).map(|(other, _)| other).collect();
        if only.is_empty() { urls.iter().map(|url| self.rewritten(url, "insteadOf")).collect() } else { only }
    }

    /// URLs of a remote as they are written. An empty one takes back those before it.
    fn urls(&self, name: &str, key: &str) -> Vec<String> {
        let config = self.repository.config_snapshot();
        let values = config.plumbing().strings_by("remote", Some(name.into()), key).unwrap_or_default();
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        let first = values.iter().rposition(String::is_empty).map_or(0, |at| at + 1);
        values[first..].to_vec()
    }

    /// A URL with its beginning replaced as the longest fitting `url.BASE.insteadOf` or `url.BASE.pushInsteadOf` says.
    fn rewritten(&self, url: &str, key: &str) -> String {
        let config = self.repository.config_snapshot();
        let mut best: Option<(String, String)> = None;
        for section in config.plumbing().sections_by_name("url").into_iter().flatten() {
            let Some(base) = section.header().subsection_name().map(|base| base.to_str_lossy().into_owned()) else { continue };
            for beginning in section.values(key).iter().map(ToString::to_string).filter(|beginning| url.starts_with(beginning.as_str())) {
                if best.as_ref().is_none_or(|(longest, _)| beginning.len() > longest.len()) {
                    best = Some((beginning, base.clone()));
                }
            }
        }
        best.map_or_else(|| url.to_owned(), |(beginning, base)| base + &url[beginning.len()..])
    }
}

/// Whether two URLs are the same, or lead to the same path of the same host in two ways: fetching over HTTPS and pushing
/// over SSH is common.
fn is_same(a: &str, b: &str) -> bool {
    let (Some(left), Some(right)) = (Network::parse(a), Network::parse(b)) else { return a == b };
    let (is_same_host, has_port) = (left.host == right.host, left.port.is_some() || right.port.is_some());
    match (left.is_ssh, right.is_ssh) {
        (true, true) => a == b,
        (false, false) => is_same_host && left.port == right.port && left.path == right.path,
        _ => is_same_host && !has_port && left.path == right.path,
    }
}

/// A URL of another host.
struct Network<'u> {
    is_ssh: bool,
    host: String,
    port: Option<&'u str>,
    /// Without slashes at its ends.
    path: &'u str,
}

impl<'u> Network<'u> {
    fn parse(url: &'u str) -> Option<Self> {
        let (is_ssh, (host, path)) = match url.split_once("://") {
            Some((scheme, rest)) => {
                let is_ssh = match scheme {
                    "ssh" | "git+ssh" | "ssh+git" => true,
                    "http" | "https" | "git" => false,
                    _ => return None,
                };
                (is_ssh, rest.split_once('/')?)
            }
            // `host:path`, but a path where a slash comes before the colon
            None => (true, url.split_once(':').filter(|(host, _)| !host.contains('/'))?),
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
        Some(Network { is_ssh, host: host.to_lowercase(), port, path: path.trim_matches('/') })
    }
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn one_place_may_be_reached_in_two_ways() {
        for (a, b) in [
            ("../up", "../up"),
            ("git@example.org:a/b.git", "git@example.org:a/b.git"),
            ("https://example.org/a/b.git", "git@example.org:a/b.git"),
            ("https://example.org/a/b", "ssh://git@Example.org/a/b"),
            ("https://user@example.org/a/b", "https://example.org/a/b"),
        ] {
            assert!(is_same(a, b) && is_same(b, a), "{a} {b}");
        }
    }

    #[test]
    fn another_host_port_or_path_is_another_place() {
        for (a, b) in [
            ("../up", "../pub"),
            ("/srv/a", "/srv/a.git"),
            ("git@example.org:a/b", "git@example.org:a/c"),
            ("anna@example.org:a", "bob@example.org:a"),
            ("https://example.org/a/b", "git@example.com:a/b"),
            ("https://example.org/a/b", "https://example.org/a/b.git"),
            ("http://localhost:1/a", "http://localhost:2/a"),
            ("http://localhost:3000/a", "git@localhost:a"),
            ("./host:a", "host:a"),
        ] {
            assert!(!is_same(a, b) && !is_same(b, a), "{a} {b}");
        }
    }
}
