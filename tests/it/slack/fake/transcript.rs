//! Blocks as a person sees them.

use serde_json::Value;

/// The message as lines of text.
pub fn lines(text: &str, blocks: &Value) -> Vec<String> {
    let Some(blocks) = blocks.as_array().filter(|blocks| !blocks.is_empty()) else {
        return text.lines().map(unescaped).collect();
    };
    blocks
        .iter()
        .flat_map(block)
        .flat_map(|shown| shown.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn block(block: &Value) -> Vec<String> {
    let each = |list: &Value, show: &dyn Fn(&Value) -> String| -> Vec<String> {
        list.as_array().into_iter().flatten().map(show).collect()
    };
    match block["type"].as_str().unwrap_or_default() {
        "header" => vec![format!("# {}", said(&block["text"]))],
        "section" => {
            let mut shown: Vec<String> = block.get("text").map(said).into_iter().collect();
            shown.extend(each(&block["fields"], &|field| said(field).replacen('\n', ": ", 1)));
            shown
        }
        "context" => vec![format!("({})", each(&block["elements"], &said).join(" "))],
        "divider" => vec!["---".to_owned()],
        "actions" => {
            let show = |button: &Value| {
                let mark = match button["style"].as_str() {
                    Some("primary") => "*",
                    Some("danger") => "!",
                    _ => "",
                };
                format!(
                    "[{mark}{} → {}]",
                    said(&button["text"]),
                    button["value"].as_str().unwrap_or_default()
                )
            };
            vec![each(&block["elements"], &show).join(" ")]
        }
        "rich_text" => each(&block["elements"], &rich),
        other => vec![format!("?{other}")],
    }
}

fn rich(element: &Value) -> String {
    let pieces = |element: &Value| -> String {
        element["elements"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|piece| match piece["style"]["bold"].as_bool() {
                Some(true) => format!("**{}**", piece["text"].as_str().unwrap_or_default()),
                _ => piece["text"].as_str().or(piece["url"].as_str()).unwrap_or_default().to_owned(),
            })
            .collect()
    };
    match element["type"].as_str().unwrap_or_default() {
        "rich_text_preformatted" => {
            pieces(element).lines().map(|line| format!("| {line}")).collect::<Vec<_>>().join("\n")
        }
        "rich_text_list" => {
            let items = element["elements"].as_array().into_iter().flatten();
            items.map(|item| format!("• {}", pieces(item))).collect::<Vec<_>>().join("\n")
        }
        _ => pieces(element),
    }
}

fn said(text: &Value) -> String {
    let shown = text["text"].as_str().unwrap_or_default();
    if text["type"] == "mrkdwn" { unescaped(shown) } else { shown.to_owned() }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
