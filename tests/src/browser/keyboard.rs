//! Keys.

use serde_json::{Value, json};

use super::Tab;

/// A key that does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To what comes next.
    Tab,
    /// To what comes before.
    ShiftTab,
    /// Chooses, or presses a button.
    Space,
    /// Follows, sends, or begins a line.
    Enter,
    /// Up, or to the choice before.
    Up,
    /// Down, or to the next choice.
    Down,
    /// Left, or to the choice before.
    Left,
    /// Right, or to the next choice.
    Right,
}

impl Key {
    /// Its name, its number, and the text that it types, if any.
    fn event(self) -> Value {
        let (key, code, number, text) = match self {
            Self::Tab | Self::ShiftTab => ("Tab", "Tab", 9, ""),
            Self::Space => (" ", "Space", 32, " "),
            Self::Enter => ("Enter", "Enter", 13, "\r"),
            Self::Up => ("ArrowUp", "ArrowUp", 38, ""),
            Self::Down => ("ArrowDown", "ArrowDown", 40, ""),
            Self::Left => ("ArrowLeft", "ArrowLeft", 37, ""),
            Self::Right => ("ArrowRight", "ArrowRight", 39, ""),
        };
        let modifiers = if self == Self::ShiftTab { 8 } else { 0 };
        json!({ "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text, "modifiers": modifiers })
    }
}

impl Tab {
    /// Presses a key and lets it go.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn press(&self, key: Key) -> anyhow::Result<()> {
        self.strike(key.event()).await
    }

    /// Types a text, key by key; a line feed is [`Key::Enter`].
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        for letter in text.chars() {
            match letter {
                '\n' => self.press(Key::Enter).await?,
                letter => self.strike(json!({ "key": letter, "text": letter })).await?,
            }
        }
        Ok(())
    }

    async fn strike(&self, mut event: Value) -> anyhow::Result<()> {
        event["type"] = "keyDown".into();
        self.call("Input.dispatchKeyEvent", event.clone()).await?;
        event["type"] = "keyUp".into();
        if let Some(event) = event.as_object_mut() {
            event.remove("text");
        }
        self.call("Input.dispatchKeyEvent", event).await?;
        Ok(())
    }
}
