//! What Slack's documentation allows in a message; anything else is `invalid_blocks`, as with Slack.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Why the blocks are not taken.
pub type Fault = String;

const TOTAL: usize = 12_000;

/// Checks all blocks of a message.
pub fn check(blocks: &Value) -> Result<(), Fault> {
    let blocks = blocks.as_array().ok_or("blocks is no array")?;
    if blocks.len() > 50 {
        return Err(format!("{} blocks", blocks.len()));
    }
    let mut ids = HashSet::new();
    for block in blocks {
        check_block(block, &mut ids).map_err(|fault| format!("{fault} in {block}"))?;
    }
    let total: usize = blocks.iter().map(texts).sum();
    if total > TOTAL { Err(format!("msg_blocks_too_long: {total}")) } else { Ok(()) }
}

fn check_block(block: &Value, ids: &mut HashSet<String>) -> Result<(), Fault> {
    let kind = block["type"].as_str().ok_or("no type")?;
    match kind {
        "divider" => only(block, &["type", "block_id"]),
        "header" => {
            only(block, &["type", "text", "block_id"])?;
            text(&block["text"], &["plain_text"], 150)
        }
        "section" => {
            only(block, &["type", "text", "fields", "block_id", "accessory", "expand"])?;
            if block.get("text").is_none() && block.get("fields").is_none() {
                return Err("a section needs text or fields".to_owned());
            }
            if let Some(said) = block.get("text") {
                text(said, &["plain_text", "mrkdwn"], 3_000)?;
            }
            if let Some(fields) = block.get("fields") {
                for field in list(fields, 1, 10)? {
                    text(field, &["plain_text", "mrkdwn"], 2_000)?;
                }
            }
            Ok(())
        }
        "context" => {
            only(block, &["type", "elements", "block_id"])?;
            list(&block["elements"], 1, 10)?
                .iter()
                .try_for_each(|element| text(element, &["plain_text", "mrkdwn"], 3_000))
        }
        "actions" => {
            only(block, &["type", "elements", "block_id"])?;
            list(&block["elements"], 1, 25)?.iter().try_for_each(|element| button(element, ids))
        }
        "rich_text" => {
            only(block, &["type", "elements", "block_id"])?;
            list(&block["elements"], 1, usize::MAX)?.iter().try_for_each(rich)
        }
        other => Err(format!("unknown block {other}")),
    }
}

fn button(element: &Value, ids: &mut HashSet<String>) -> Result<(), Fault> {
    only(element, &["type", "text", "action_id", "value", "style", "url", "confirm", "accessibility_label"])?;
    if element["type"] != "button" {
        return Err("only buttons are known".to_owned());
    }
    text(&element["text"], &["plain_text"], 75)?;
    let id = string(&element["action_id"], 1, 255)?;
    if !ids.insert(id.to_owned()) {
        return Err(format!("action_id {id} twice"));
    }
    if let Some(value) = element.get("value") {
        string(value, 1, 2_000)?;
    }
    match element.get("style").map(Value::as_str) {
        None | Some(Some("primary" | "danger")) => Ok(()),
        other => Err(format!("style {other:?}")),
    }
}

fn rich(element: &Value) -> Result<(), Fault> {
    match element["type"].as_str() {
        Some("rich_text_section") => {
            only(element, &["type", "elements"])?;
            list(&element["elements"], 1, usize::MAX)?.iter().try_for_each(piece)
        }
        Some("rich_text_preformatted") => {
            only(element, &["type", "elements", "border"])?;
            list(&element["elements"], 1, usize::MAX)?.iter().try_for_each(piece)
        }
        Some("rich_text_list") => {
            only(element, &["type", "elements", "style", "indent", "offset", "border"])?;
            if !matches!(element["style"].as_str(), Some("bullet" | "ordered")) {
                return Err("list style".to_owned());
            }
            list(&element["elements"], 1, usize::MAX)?.iter().try_for_each(|item| {
                match item["type"].as_str() {
                    Some("rich_text_section") => rich(item),
                    _ => Err("a list holds sections".to_owned()),
                }
            })
        }
        other => Err(format!("unknown rich text {other:?}")),
    }
}

fn piece(element: &Value) -> Result<(), Fault> {
    match element["type"].as_str() {
        Some("text") => {
            only(element, &["type", "text", "style"])?;
            string(&element["text"], 1, 3_000)?;
            match element.get("style") {
                None => Ok(()),
                Some(style) => only(style, &["bold", "italic", "strike", "code"]),
            }
        }
        Some("link") => {
            only(element, &["type", "url", "text", "unsafe", "style"])?;
            let url = string(&element["url"], 1, 3_000)?;
            url::Url::parse(url).map(|_| ()).map_err(|error| format!("{url}: {error}"))
        }
        Some("emoji") => only(element, &["type", "name"]),
        other => Err(format!("unknown element {other:?}")),
    }
}

fn text(object: &Value, kinds: &[&str], limit: usize) -> Result<(), Fault> {
    let kind = object["type"].as_str().filter(|kind| kinds.contains(kind)).ok_or("wrong kind of text")?;
    let other = if kind == "mrkdwn" { "verbatim" } else { "emoji" };
    only(object, &["type", "text", other])?;
    if object.get(other).is_some_and(|flag| !flag.is_boolean()) {
        return Err(format!("{other} is no boolean"));
    }
    let said = string(&object["text"], 1, limit)?;
    // Slack takes bare markup characters but reads them: nobody but a renderer that forgot to escape sends them.
    if kind == "mrkdwn" && (said.contains("<!") || said.contains("<@")) {
        return Err("unescaped markup".to_owned());
    }
    Ok(())
}

fn string(value: &Value, least: usize, most: usize) -> Result<&str, Fault> {
    let text = value.as_str().ok_or("a text is missing")?;
    let length = text.encode_utf16().count();
    if length < least || length > most {
        return Err(format!("a text of {length}, not {least} to {most}"));
    }
    Ok(text)
}

fn list(value: &Value, least: usize, most: usize) -> Result<&Vec<Value>, Fault> {
    let list = value.as_array().ok_or("a list is missing")?;
    if list.len() < least || list.len() > most {
        return Err(format!("{} elements, not {least} to {most}", list.len()));
    }
    Ok(list)
}

/// Slack refuses fields that it does not know.
fn only(value: &Value, known: &[&str]) -> Result<(), Fault> {
    let object: &Map<String, Value> = value.as_object().ok_or("no object")?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown field {key}")),
        None => Ok(()),
    }
}

/// Characters in all texts, addresses and values.
fn texts(value: &Value) -> usize {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if ["text", "value", "url"].contains(&key.as_str()) => {
                    text.encode_utf16().count()
                }
                other => texts(other),
            })
            .sum(),
        Value::Array(list) => list.iter().map(texts).sum(),
        _ => 0,
    }
}
