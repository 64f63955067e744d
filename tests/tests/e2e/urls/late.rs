//! An answer that comes when nobody waits for it any more is an error for its caller, and an event.

use serde_json::json;

use super::bench::{run, stack, text};
use crate::late::LateAnswers;

#[test]
fn an_answer_that_comes_too_late_is_told_on_the_event_bus() {
    run(stack("urls-late"), async |urls| {
        let late = LateAnswers::of(urls.sample).await;
        let actions = json!([
            { "name": "approve", "type": "success", "output": "yes" },
            { "name": "reject", "type": "failure", "error": "rejected" },
        ]);
        let (waiting, created) = urls.created(actions).await;
        let (_, link) = text(&created["urls"]["approve"]).split_once("/u/").unwrap();
        let (callback_id, _) = link.split_once('.').unwrap();
        assert_eq!(urls.post(&created["urls"]["approve"]).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("yes")));
        assert_eq!(urls.post(&created["urls"]["approve"]).await.status, 200);
        late.assert_none_about(callback_id).await; // the same again is no other answer

        assert_eq!(urls.post(&created["urls"]["reject"]).await.error(), (400, "StepFunctionsError".to_owned()));
        let told = late.next_about(callback_id).await;
        assert_eq!((&told["source"]["kind"], &told["answer"]["error"]), (&json!("url"), &json!("rejected")), "{told}");
    });
}
