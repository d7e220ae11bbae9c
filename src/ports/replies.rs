//! Answers to pages, from wherever a page was read: a link, a button, a key, another service.

use async_trait::async_trait;

use super::NotTaken;
use crate::base::Secret;
use crate::domain::contact::Means;
use crate::domain::words::Lang;

/// What is shown to whoever holds a page, in that person's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The language of the rest.
    pub lang: Lang,
    /// Where it stands, in one line: `You have it`, `佐藤 has it since 03:12`.
    pub headline: String,
    /// What the page was about, a paragraph each.
    pub lines: Vec<String>,
    /// What stands on the button that acknowledges; none where there is nothing left to press.
    pub button: Option<String>,
    /// Whether what was asked for is so now.
    pub done: bool,
}

/// Who pressed, as another service knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// What our pages called it there: `INC-42`.
    pub key: String,
    /// The service.
    pub by: Means,
    /// That service's name of the person who pressed, if it says one.
    pub name: Option<String>,
    /// Resolved; else acknowledged.
    pub resolved: bool,
}

/// Takes answers to pages.
#[async_trait]
pub trait Replies: Send + Sync {
    /// What the page of that secret says and where it stands; nothing changes. `None` for a secret that was never given.
    async fn look(&self, secret: &Secret) -> Result<Option<Reply>, NotTaken>;

    /// Acknowledges by that secret, which is good for one press: after it, the same press only looks.
    async fn press(&self, secret: &Secret) -> Result<Option<Reply>, NotTaken>;

    /// A short answer from a telephone number, to what was sent there last. `None` if nothing was.
    async fn texted(&self, number: &str, by: Means) -> Result<Option<Reply>, NotTaken>;

    /// Another service says that it was acknowledged or resolved there. Whether that meant one of our incidents.
    async fn pressed(&self, press: Press) -> Result<bool, NotTaken>;
}
