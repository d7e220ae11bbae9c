//! `http.origins`: addresses that are reached another way, through a proxy or in a test.

use std::collections::BTreeMap;

use url::{Origin, Url};

/// Origins (`https://host`) and what stands for them (`http://127.0.0.1:8080/some/path`).
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<(Origin, Url)>);

/// An entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginsError {
    /// The key is no origin.
    #[error("http.origins: `{0}` is not of the form https://host or https://host:port")]
    Origin(String),
    /// The value is no URL.
    #[error("http.origins: `{0}` is not an http or https URL")]
    Replacement(String),
}

impl Origins {
    /// Reads the table of the config.
    ///
    /// # Errors
    /// [`OriginsError`] for the first entry that is not an origin and a URL.
    pub fn new(table: &BTreeMap<String, String>) -> Result<Self, OriginsError> {
        let web = |text: &str| Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        table
            .iter()
            .map(|(from, to)| {
                let origin = web(from)
                    .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none())
                    .ok_or_else(|| OriginsError::Origin(from.clone()))?
                    .origin();
                let to = web(to)
                    .filter(|url| url.query().is_none() && url.fragment().is_none())
                    .ok_or_else(|| OriginsError::Replacement(to.clone()))?;
                Ok((origin, to))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The address under which `url` is reached.
    #[must_use]
    pub fn apply(&self, url: Url) -> Url {
        let origin = url.origin();
        let Some((_, to)) = self.0.iter().find(|(from, _)| *from == origin) else { return url };
        let mut replaced = to.clone();
        replaced.set_path(&format!("{}{}", to.path().trim_end_matches('/'), url.path()));
        replaced.set_query(url.query());
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(from: &str, to: &str) -> Result<Origins, OriginsError> {
        Origins::new(&BTreeMap::from([(from.to_owned(), to.to_owned())]))
    }

    #[test]
    fn an_origin_is_replaced_and_path_and_query_are_kept() {
        let origins = origins("https://api.example.com", "http://127.0.0.1:9/api/").unwrap();
        let apply = |url: &str| origins.apply(url.parse().unwrap()).to_string();
        assert_eq!(apply("https://api.example.com/health?a=b%20c"), "http://127.0.0.1:9/api/health?a=b%20c");
        assert_eq!(apply("https://API.example.com:443"), "http://127.0.0.1:9/api/");
        for other in
            ["http://api.example.com/", "https://api.example.com:8443/", "https://api.example.com.evil/"]
        {
            assert_eq!(apply(other), other);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for wrong in [
            "api.example.com",
            "https://a.example.com/path",
            "ftp://a.example.com",
            "https://a.example.com?x",
        ] {
            assert_eq!(origins(wrong, "http://127.0.0.1").unwrap_err(), OriginsError::Origin(wrong.into()));
        }
        assert_eq!(origins("https://a.example.com", "x").unwrap_err(), OriginsError::Replacement("x".into()));
    }
}
