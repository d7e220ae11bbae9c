//! `kill -9` after Slack took a message and before its receipt was stored: it is looked for, not said twice.

use super::on_both;
use super::site::Site;
use crate::rig::app::OPS;
use crate::slack::fake::Fault;

on_both! {
    async fn a_message_that_slack_took_before_the_kill_is_not_said_twice(site: &Site) {
        let toban = site.serve().await;
        // The thread's first message stands in Slack, and the bot never learns of it.
        site.slack.fail("chat.postMessage", Fault::DoneThenHang);
        site.type_in(&toban, "health sagebase").await;
        let root = site.sees("ran /").await;
        toban.process.kill();

        let toban = site.serve().await;
        let answer = site.sees("sagebase is healthy").await;
        toban.process.stop().await;
        let said = site.slack.transcript(OPS);
        assert_eq!(said.matches("ran /health sagebase").count(), 1, "{said}");
        assert_eq!(said.matches("sagebase is healthy").count(), 1, "{said}");
        assert_eq!(answer.thread, Some(root.ts), "{said}");
    }

    async fn an_answer_that_slack_took_before_the_kill_is_not_said_twice(site: &Site) {
        let toban = site.serve().await;
        let thread = site.slack.person_says(OPS, "is sagebase down?");
        site.slack.fail("chat.postMessage", Fault::DoneThenHang);
        site.mention(&toban, &thread, "health sagebase").await;
        site.sees("sagebase is healthy").await;
        toban.process.kill();

        // What is said next waits for the lost one: when it is there, the other has been settled.
        let toban = site.serve().await;
        site.mention(&toban, &thread, "status").await;
        site.sees("bluelamp").await;
        toban.process.stop().await;
        let said = site.slack.transcript(OPS);
        assert_eq!(said.matches("sagebase is healthy").count(), 1, "{said}");
    }
}
