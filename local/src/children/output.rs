//! From a pipe to the transcript.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::transcript::{Line, Transcript};

/// Copies a pipe to the transcript, line by line, until it ends; an unfinished last line is a line too.
pub(super) async fn copy(pipe: impl AsyncRead + Unpin, source: Arc<str>, transcript: Transcript) {
    let mut pipe = BufReader::new(pipe);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match pipe.read_until(b'\n', &mut bytes).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, %source, "the output of a process can't be read any further");
                return;
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text).to_owned();
        transcript.append_line(Line { source: Arc::clone(&source), text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_lost_not_even_an_unfinished_line() {
        let transcript = Transcript::new();
        copy(&b"one\r\n\ntw\xffo\nthe end"[..], "test".into(), transcript.clone()).await;
        let texts: Vec<_> = transcript.lines().into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["one", "", "tw\u{fffd}o", "the end"]);
    }
}
