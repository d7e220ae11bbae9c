//! The latest posts, in memory, each with the number of its last change.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::view::Content;

/// So many posts are kept, and so many bytes; beyond either the thread that has been quiet longest goes.
const MOST_POSTS: usize = 500;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A post to be put on the board.
pub(super) struct Draft {
    pub id: String,
    pub channel: String,
    /// Any post of the thread; `None` opens a thread.
    pub thread: Option<String>,
    /// Id and name of a person; `None` is Toban.
    pub author: Option<(String, String)>,
    pub at: Timestamp,
    /// The one person who sees it.
    pub only: Option<String>,
    /// A line that could not be stored.
    pub failed: bool,
    pub content: Content,
    pub file: Option<File>,
}

/// A post as it stands on the board, in nobody's language yet.
pub(super) struct Shown {
    pub id: String,
    pub channel: String,
    /// The post that opened the thread; its own id for that one.
    pub root: String,
    pub author: Option<(String, String)>,
    pub at: Timestamp,
    /// The number of the change that made it: its place in the order of posts.
    pub order: u64,
    pub edited: bool,
    pub failed: bool,
    pub only: Option<String>,
    pub content: Content,
}

/// A file's name and text.
#[derive(Clone)]
pub(super) struct File {
    pub name: String,
    pub text: Arc<str>,
}

/// Where a post stands, for whoever answers in its thread.
pub(super) struct Found {
    pub channel: String,
    pub root: String,
    pub file: Option<File>,
    pub failed: bool,
    only: Option<String>,
}

impl Found {
    /// Whether `viewer` sees it.
    pub(super) fn is_for(&self, viewer: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == viewer)
    }
}

struct Kept {
    shown: Arc<Shown>,
    /// The number of its last change.
    changed: u64,
    size: usize,
    file: Option<File>,
}

#[derive(Default)]
struct State {
    /// The number of the last change.
    last: u64,
    bytes: usize,
    posts: HashMap<String, Kept>,
    by_change: BTreeMap<u64, String>,
    threads: HashMap<String, Thread>,
    by_activity: BTreeMap<u64, String>,
}

#[derive(Default)]
struct Thread {
    active: u64,
    posts: Vec<String>,
}

pub(super) struct Board {
    /// Tells the numbers of this process from those of the one before it.
    pub epoch: String,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl Board {
    pub(super) fn new() -> Self {
        let epoch = crate::base::ids::fresh("B").replace('-', "");
        Self { epoch, state: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// Puts a post on the board or replaces what the post of that id says.
    pub(super) fn put(&self, draft: Draft) {
        let last = {
            let mut state = self.lock();
            state.put(draft);
            state.shed();
            state.last
        };
        self.changed.send_replace(last);
    }

    /// The post of that id.
    pub(super) fn find(&self, id: &str) -> Option<Found> {
        self.lock().posts.get(id).map(|kept| Found {
            channel: kept.shown.channel.clone(),
            root: kept.shown.root.clone(),
            file: kept.file.clone(),
            failed: kept.shown.failed,
            only: kept.shown.only.clone(),
        })
    }

    /// What `viewer` may see of the changes after `after`, in their order, each with its number.
    pub(super) fn since(&self, after: u64, viewer: &str) -> Vec<(u64, Arc<Shown>)> {
        let state = self.lock();
        state
            .by_change
            .range(after.saturating_add(1)..)
            .filter_map(|(number, id)| Some((*number, state.posts.get(id)?)))
            .filter(|(_, kept)| kept.shown.only.as_deref().is_none_or(|only| only == viewer))
            .map(|(number, kept)| (number, Arc::clone(&kept.shown)))
            .collect()
    }

    /// Holds the number of the last change and wakes whoever waits for the next.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A panic elsewhere cannot leave the state half-written in a way that matters: it is a display.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, draft: Draft) {
        self.last += 1;
        let number = self.last;
        let before = self.posts.remove(&draft.id);
        let root = match (&before, &draft.thread) {
            (Some(before), _) => before.shown.root.clone(),
            (None, None) => draft.id.clone(),
            (None, Some(thread)) => {
                self.posts.get(thread).map_or_else(|| thread.clone(), |post| post.shown.root.clone())
            }
        };
        let (order, at) =
            before.as_ref().map_or((number, draft.at), |before| (before.shown.order, before.shown.at));
        match &before {
            Some(before) => {
                self.by_change.remove(&before.changed);
                self.bytes -= before.size;
            }
            None => self.threads.entry(root.clone()).or_default().posts.push(draft.id.clone()),
        }
        self.touch(&root, number);
        self.by_change.insert(number, draft.id.clone());
        let size = draft.content.size() + draft.file.as_ref().map_or(0, |file| file.text.len());
        let edited = before.is_some() && draft.author.is_none();
        let shown = Shown {
            id: draft.id.clone(),
            channel: draft.channel,
            root,
            author: draft.author,
            at,
            order,
            edited,
            failed: draft.failed,
            only: draft.only,
            content: draft.content,
        };
        self.bytes += size;
        self.posts.insert(draft.id, Kept { shown: Arc::new(shown), changed: number, size, file: draft.file });
    }

    fn touch(&mut self, root: &str, number: u64) {
        if let Some(thread) = self.threads.get_mut(root) {
            self.by_activity.remove(&thread.active);
            thread.active = number;
            self.by_activity.insert(number, root.to_owned());
        }
    }

    /// Makes room. A thread goes as a whole, so that no answer is left without its question; only when one
    /// thread alone is too large its oldest replies go.
    fn shed(&mut self) {
        while self.posts.len() > MOST_POSTS || self.bytes > MOST_BYTES {
            let Some((active, root)) = self.by_activity.first_key_value() else { return };
            let (active, root) = (*active, root.clone());
            let alone = self.threads.len() == 1;
            let Some(thread) = self.threads.get_mut(&root) else { return };
            let gone: Vec<String> = if alone {
                let oldest_reply = thread.posts.iter().position(|id| *id != root);
                let Some(at) = oldest_reply.filter(|_| thread.posts.len() > 2) else { return };
                vec![thread.posts.remove(at)]
            } else {
                self.by_activity.remove(&active);
                self.threads.remove(&root).map(|thread| thread.posts).unwrap_or_default()
            };
            for id in gone {
                if let Some(kept) = self.posts.remove(&id) {
                    self.by_change.remove(&kept.changed);
                    self.bytes -= kept.size;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str, thread: Option<&str>) -> Draft {
        Draft {
            id: id.to_owned(),
            channel: "ops".to_owned(),
            thread: thread.map(str::to_owned),
            author: None,
            at: Timestamp::UNIX_EPOCH,
            only: None,
            failed: false,
            content: Content::Line("said".to_owned()),
            file: None,
        }
    }

    fn ids(board: &Board, after: u64) -> Vec<String> {
        let posts = board.since(after, "sato");
        posts.into_iter().map(|(_, shown)| shown.id.clone()).collect()
    }

    #[test]
    fn an_edited_post_comes_again_with_a_later_number_and_only_once() {
        let board = Board::new();
        board.put(draft("a", None));
        board.put(draft("b", Some("a")));
        board.put(draft("a", None));
        assert_eq!(ids(&board, 0), ["b", "a"]);
        assert_eq!(ids(&board, 2), ["a"]);
        assert!(ids(&board, 3).is_empty());
    }

    #[test]
    fn an_answer_to_an_answer_stands_in_the_same_thread() {
        let board = Board::new();
        board.put(draft("a", None));
        board.put(draft("b", Some("a")));
        board.put(draft("c", Some("b")));
        assert_eq!(board.find("c").unwrap().root, "a");
    }

    #[test]
    fn a_private_post_is_seen_by_one_person() {
        let board = Board::new();
        board.put(Draft { only: Some("suzuki".to_owned()), ..draft("a", None) });
        assert!(board.since(0, "sato").is_empty());
        assert_eq!(board.since(0, "suzuki").len(), 1);
    }

    #[test]
    fn the_quietest_thread_makes_room_as_a_whole() {
        let board = Board::new();
        board.put(draft("old", None));
        board.put(draft("old-answer", Some("old")));
        board.put(draft("kept-active", None));
        for number in 0..MOST_POSTS - 2 {
            board.put(draft(&format!("new-{number}"), None));
            board.put(draft(&format!("active-{number}"), Some("kept-active")));
        }
        let left = ids(&board, 0);
        assert!(left.len() <= MOST_POSTS);
        assert!(!left.iter().any(|id| id.starts_with("old")));
        assert!(left.iter().any(|id| id == "kept-active"));
    }

    #[test]
    fn a_thread_that_alone_is_too_large_loses_its_oldest_replies_and_keeps_its_root() {
        let board = Board::new();
        board.put(draft("root", None));
        for number in 0..MOST_POSTS + 50 {
            board.put(draft(&format!("r{number}"), Some("root")));
        }
        let left = ids(&board, 0);
        assert_eq!(left.len(), MOST_POSTS);
        assert!(left.iter().any(|id| id == "root"));
        assert!(!left.iter().any(|id| id == "r0"));
    }
}
