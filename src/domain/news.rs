//! News: what is told line by line as it happens. Lines that wait to be told go together, however many messages they
//! were to be: whoever was away reads one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::report::{Block, Button, Report, Tone};
use crate::domain::words::Phrase;

/// Lines that are told whole; of more, those in the middle are only counted.
const MOST: usize = 24;
/// How many of these are the oldest.
const OLDEST: usize = 6;

/// One or more lines, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// What they are about, as the command that tells all of it: `incident INC-42`. News of different things stay apart.
    pub of: String,
    /// How it looks.
    pub tone: Tone,
    /// The lines.
    pub lines: Vec<Phrase>,
    /// How many lines were left out before the newest ones.
    #[serde(default)]
    pub left_out: usize,
    /// Whether the channel shall see it as well as its thread.
    #[serde(default)]
    pub loud: bool,
    /// What can be done next.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Since when they wait, if that is long.
    #[serde(default)]
    pub late: Option<Timestamp>,
}

impl News {
    /// These lines, about what `of` tells in full.
    pub fn new(of: impl Into<String>, tone: Tone, lines: Vec<Phrase>) -> Self {
        let news = Self {
            of: of.into(),
            tone,
            lines: Vec::new(),
            left_out: 0,
            loud: false,
            buttons: Vec::new(),
            late: None,
        };
        news.with(lines)
    }

    fn with(mut self, lines: Vec<Phrase>) -> Self {
        self.lines.extend(lines);
        if let Some(excess) = self.lines.len().checked_sub(MOST) {
            self.lines.drain(OLDEST..OLDEST + excess);
            self.left_out += excess;
        }
        self
    }

    /// These and later ones in one. What can be done is what the newest say.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        let (left_out, loud) = (self.left_out + later.left_out, self.loud || later.loud);
        let joined = Self { left_out, loud, tone: later.tone, buttons: later.buttons, ..self };
        joined.with(later.lines)
    }

    /// The first line, or since when these wait.
    pub fn headline(&self) -> Phrase {
        match (self.late, self.lines.first()) {
            (Some(since), _) if self.lines.len() > 1 => Phrase::new("news-late").with("since", since),
            (_, Some(first)) => first.clone(),
            (_, None) => Phrase::raw(self.of.as_str()),
        }
    }

    /// What stands under the headline.
    pub fn items(&self) -> Vec<Phrase> {
        let told = usize::from(self.late.is_none() || self.lines.len() == 1);
        let mut items: Vec<Phrase> = self.lines.iter().skip(told).cloned().collect();
        if self.left_out > 0 {
            let more = Phrase::new("news-left-out").with("count", self.left_out).with("of", self.of.as_str());
            items.insert((OLDEST - told).min(items.len()), more);
        }
        items
    }

    /// As any other message.
    pub fn report(&self) -> Report {
        let mut report = Report::new(self.tone, self.headline());
        let items = self.items();
        if !items.is_empty() {
            report = report.block(Block::List(items));
        }
        report.buttons.clone_from(&self.buttons);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(lines: impl IntoIterator<Item = usize>) -> News {
        let lines = lines.into_iter().map(|line| Phrase::raw(line.to_string())).collect();
        News::new("incident INC-1", Tone::Plain, lines)
    }

    #[test]
    fn lines_that_wait_together_are_one_message_in_their_order() {
        let loud = News { loud: true, ..news([2]) };
        let all = news([0, 1]).and(loud).and(news([3]));
        assert!(all.loud);
        let told: Vec<Phrase> = std::iter::once(all.headline()).chain(all.items()).collect();
        assert_eq!(told, ["0", "1", "2", "3"].map(Phrase::raw));
        let late = News { late: Some(Timestamp::UNIX_EPOCH), ..all };
        assert_eq!(late.items().len(), 4, "the headline says since when they wait");
    }

    #[test]
    fn of_many_lines_the_middle_is_counted() {
        let all = (0..100).map(|line| news([line])).reduce(News::and).unwrap();
        assert_eq!((all.lines.len(), all.left_out), (MOST, 100 - MOST));
        assert_eq!(all.lines[OLDEST - 1], Phrase::raw("5"));
        assert_eq!(all.lines.last(), Some(&Phrase::raw("99")));
        let items = all.items();
        let more = Phrase::new("news-left-out").with("count", 76_usize).with("of", "incident INC-1");
        assert_eq!(items[OLDEST - 1], more);
        assert_eq!(items[OLDEST], Phrase::raw("82"));
    }
}
