//! Writes every page and every notice into a folder, to be looked at: `cargo run -p callbacks --example gallery -- FOLDER`.
#![expect(clippy::unwrap_used, reason = "a gallery that cannot be written says where")]

#[path = "../tests/pages/cases.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod cases;

use std::{env, error::Error, fs, path::Path};

use cases::Words;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os().nth(1).ok_or("name a folder for the pages")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let words = Words::everyday();
    let mut written = Vec::new();
    let mut write = |name: String, content: &str| {
        fs::write(folder.join(&name), content)?;
        written.push(name);
        Ok::<(), std::io::Error>(())
    };
    for case in cases::pages(&words) {
        write(format!("{}.html", case.name), &case.html.body)?;
        write(format!("{}.json", case.name), &case.json.body)?;
    }
    for (name, mail) in cases::mails(&words) {
        write(format!("{name}.html"), &mail.html)?;
        write(format!("{name}.txt"), &format!("Subject: {}\n\n{}", mail.subject, mail.text))?;
    }
    for (name, chat) in cases::chats(&words) {
        write(format!("{name}.json"), chat.as_json())?;
    }
    let items: Vec<String> = written.iter().map(|name| format!("<li><a href=\"{name}\">{name}</a>")).collect();
    let list = items.join("\n");
    fs::write(folder.join("index.html"), format!("<!doctype html>\n<title>Gallery</title>\n<ul>\n{list}\n</ul>\n"))?;
    Ok(())
}
