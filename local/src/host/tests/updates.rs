//! A function whose code or settings change while it runs.

use tokio::net::TcpListener;

use super::*;

fn stage(stage: &str, folder: &Path, transcript: &Transcript) -> FunctionSpec {
    let mut spec = spec(folder, transcript);
    spec.environment.insert("STAGE".to_owned(), stage.to_owned());
    spec
}

#[tokio::test]
async fn the_next_invocation_runs_what_is_new_and_the_idle_process_ends() {
    let room = room_with(|spec| drop(spec.environment.insert("STAGE".into(), "old".into()))).await;
    let before = answer(&room.invoke(json!({"do": "tell"})).await);
    room.host.update(stage("new", room.folder.path(), &room.transcript)).unwrap();
    let after = answer(&room.invoke(json!({"do": "tell"})).await);
    assert_eq!((&before["stage"], &after["stage"]), (&json!("old"), &json!("new")));
    let old = before["process"].as_u64().unwrap();
    let gone =
        |event: &Event| matches!(event.what, EventKind::SandboxExited { sandbox, .. } if u64::from(sandbox) == old);
    room.host.events().reader().find(SOON, gone).await.unwrap();
    assert_eq!(answer(&room.invoke(json!({"do": "tell"})).await)["process"], after["process"], "it is kept as ever");
}

#[tokio::test]
async fn an_invocation_under_way_ends_as_it_began_and_its_process_with_it() {
    let room = room_with(|spec| drop(spec.environment.insert("STAGE".into(), "old".into()))).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({"do": "wait", "address": listener.local_addr().unwrap().to_string()}).to_string();
    let host = Arc::clone(&room.host);
    let waiting = tokio::spawn(async move { host.invoke("work-ABC", event).await.unwrap() });
    let (at_work, _) = tokio::time::timeout(SOON, listener.accept()).await.unwrap().unwrap();
    room.host.update(stage("new", room.folder.path(), &room.transcript)).unwrap();
    assert_eq!(answer(&room.invoke(json!({"do": "tell"})).await)["stage"], "new", "meanwhile, in a process of its own");
    drop(at_work);
    assert_eq!(answer(&waiting.await.unwrap())["stage"], "old");
    room.host
        .events()
        .reader()
        .find(SOON, |event| matches!(event.what, EventKind::SandboxExited { .. }))
        .await
        .unwrap();
    assert_eq!(answer(&room.invoke(json!({"do": "tell"})).await)["stage"], "new");
}

#[tokio::test]
async fn what_was_started_before_an_update_ends_with_the_host() {
    let room = room().await;
    let hanging = room.begin_to_hang().await;
    room.host.update(stage("new", room.folder.path(), &room.transcript)).unwrap();
    room.host.stop().await.unwrap();
    assert_eq!(error_type(&hanging.await.unwrap()), "Runtime.ExitError");
}

#[tokio::test]
async fn more_capacity_is_there_at_once() {
    let room = room_with(|spec| spec.concurrency = 1).await;
    let hanging = room.begin_to_hang().await;
    assert_eq!(room.host.invoke("work-ABC", "{}").await.unwrap_err(), InvokeError::Throttled);
    let mut more = stage("new", room.folder.path(), &room.transcript);
    more.concurrency = 2;
    room.host.update(more).unwrap();
    answer(&room.invoke(json!({"do": "tell"})).await);
    assert_eq!(room.host.kill_running("work-ABC"), 1);
    hanging.await.unwrap();
}

#[tokio::test]
async fn only_what_is_there_can_be_updated() {
    let host = LambdaHost::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let error = host.update(spec(folder.path(), &Transcript::new())).unwrap_err().to_string();
    assert!(error.contains("work-ABC"), "{error}");
}
