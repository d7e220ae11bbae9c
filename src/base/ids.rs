//! Names of things, one type each, so that a component is never passed for a service.

/// Makes a cheap-to-clone, ordered, serialisable string id.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl AsRef<str>) -> Self { Self(text.as_ref().into()) }
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{:?}", &*self.0) }
        }
        impl From<&str> for $name { fn from(text: &str) -> Self { Self::new(text) } }
        impl From<String> for $name { fn from(text: String) -> Self { Self::new(text) } }
        impl std::borrow::Borrow<str> for $name { fn borrow(&self) -> &str { &self.0 } }
    )+};
}

id! {
    /// A service, `sagebase`.
    ServiceId,
    /// A component within its service, `web`.
    ComponentId,
    /// A person of the config, `sato`.
    PersonId,
    /// A role of the config, `operator`.
    RoleId,
    /// A plan waiting for confirmation or run, `P-7K2M9Q`.
    PlanId,
    /// One delivery from a platform; also the key that tells a second copy of it.
    InboxId,
    /// A message of ours on a platform, whatever its version.
    PostId,
    /// A cached result, `R-7K2M9Q`.
    ResultId,
    /// An incident, `INC-42`.
    IncidentId,
    /// A page to a person over one method.
    PageId,
    /// Ties a failure told to a person to the log line with its causes, `E-7K2M9Q`.
    ReferenceId,
}

/// Letters that are hard to confuse when read aloud (no I, L, O, U, 0, 1).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A fresh id of `prefix` and ten unguessable characters: `P-7K2M9QX4TB` (49 bits).
pub fn fresh(prefix: &str) -> String {
    spelled(prefix, uuid::Uuid::new_v4().as_u128())
}

/// An id of the same form that follows from `origin`: whoever works on the same thing again finds the same id.
pub fn derived(prefix: &str, origin: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(origin.as_bytes());
    let bits = digest.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte));
    spelled(prefix, bits)
}

fn spelled(prefix: &str, mut bits: u128) -> String {
    let mut text = String::with_capacity(prefix.len() + 11);
    text.push_str(prefix);
    text.push('-');
    for _ in 0..10 {
        text.push(char::from(ALPHABET[usize::try_from(bits % 30).unwrap_or_default()]));
        bits /= 30;
    }
    text
}

/// A fresh id that sorts by the time it was made.
pub fn row() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn fresh_ids_are_short_and_unalike() {
        let (one, two) = (super::fresh("P"), super::fresh("P"));
        assert_eq!(one.len(), 12);
        assert_ne!(one, two);
    }

    #[test]
    fn derived_ids_follow_from_their_origin() {
        assert_eq!(super::derived("O", "a"), super::derived("O", "a"));
        assert_ne!(super::derived("O", "a"), super::derived("O", "b"));
        assert_eq!(super::derived("O", "a").len(), 12);
    }
}
