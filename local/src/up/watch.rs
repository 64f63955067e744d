//! Which changes to the sources matter, and when they are over.

use std::ops::BitOrAssign;
use std::path::{Component, Path};
use std::time::Duration;

use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// For how long nothing may have changed before a change is over: editors write a file in steps, and Git many files.
const QUIET: Duration = Duration::from_millis(150);
/// Folders of the workspace that are watched, with all below. What is in the workspace's own folder is watched, too.
const FOLDERS: [&str; 3] = ["crates", "functions", "infra"];

/// What has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Something that functions are built from.
    pub(super) code: bool,
    /// Something that the stack is made of.
    pub(super) template: bool,
}

impl BitOrAssign for Change {
    fn bitor_assign(&mut self, other: Self) {
        self.code |= other.code;
        self.template |= other.template;
    }
}

/// Watches the sources of a workspace until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    changes: UnboundedReceiver<Change>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    pub(super) fn start(workspace: &Path) -> anyhow::Result<Self> {
        let failed = || format!("the sources in {} can't be watched", workspace.display());
        // What happens is told with the path that is watched, on macOS with the real one.
        let root = workspace.canonicalize().with_context(failed)?;
        let (tell, changes) = unbounded_channel();
        let below = root.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Some(change) = of_event(&below, event) {
                // Nobody listens any more only while the watch is dropped.
                let _ = tell.send(change);
            }
        })
        .with_context(failed)?;
        // A file alone can't be watched: editors put a new one in its place.
        watcher.watch(&root, RecursiveMode::NonRecursive).with_context(failed)?;
        for folder in FOLDERS.map(|folder| root.join(folder)).iter().filter(|folder| folder.is_dir()) {
            watcher.watch(folder, RecursiveMode::Recursive).with_context(failed)?;
        }
        Ok(Self { changes, _watcher: watcher })
    }

    /// Waits for a change, and until it is over.
    pub(super) async fn next(&mut self) -> Change {
        next(&mut self.changes).await
    }
}

async fn next(changes: &mut UnboundedReceiver<Change>) -> Change {
    let Some(mut change) = changes.recv().await else { return std::future::pending().await };
    while let Ok(Some(more)) = timeout(QUIET, changes.recv()).await {
        change |= more;
    }
    change
}

fn of_event(root: &Path, event: notify::Result<notify::Event>) -> Option<Change> {
    let event = match event {
        Ok(event) if event.need_rescan() => return Some(Change { code: true, template: true }),
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(%error, "a change to the sources may have been missed");
            return None;
        }
    };
    // A build opens all that it reads; that must not lead to the next build.
    if event.kind.is_access() {
        return None;
    }
    event.paths.iter().filter_map(|path| of_path(path.strip_prefix(root).ok()?)).reduce(|mut all, one| {
        all |= one;
        all
    })
}

fn of_path(path: &Path) -> Option<Change> {
    let names: Vec<_> = path.components().map(Component::as_os_str).map(|name| name.to_string_lossy()).collect();
    // What editors and Git put beside the files that are meant.
    if names.iter().any(|name| name.starts_with('.') || name.ends_with('~')) {
        return None;
    }
    match names.first()?.as_ref() {
        "crates" | "functions" | "Cargo.toml" | "Cargo.lock" => Some(Change { code: true, template: false }),
        "infra" | "template.yaml" => Some(Change { code: false, template: true }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);
    const CODE: Change = Change { code: true, template: false };
    const TEMPLATE: Change = Change { code: false, template: true };

    fn workspace() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for sources in ["crates/one/src", "functions/two/src", "infra/statemachines", "target/debug", ".git"] {
            std::fs::create_dir_all(folder.path().join(sources)).unwrap();
        }
        std::fs::write(folder.path().join("template.yaml"), "Resources: {}").unwrap();
        folder
    }

    #[test]
    fn what_a_path_is_part_of() {
        for (path, expected) in [
            ("crates/one/src/lib.rs", Some(CODE)),
            ("functions/two", Some(CODE)),
            ("Cargo.lock", Some(CODE)),
            ("template.yaml", Some(TEMPLATE)),
            ("infra/statemachines/one.asl.json", Some(TEMPLATE)),
            ("target/debug/check-credit", None),
            ("README.md", None),
            ("crates/one/src/.lib.rs.swp", None),
            ("functions/two/src/main.rs~", None),
            (".git/index.lock", None),
            ("", None),
        ] {
            assert_eq!(of_path(Path::new(path)), expected, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_over_when_nothing_has_changed_for_a_while() {
        let (tell, mut changes) = unbounded_channel();
        let editor = tokio::spawn(async move {
            for change in [CODE, CODE, TEMPLATE] {
                tell.send(change).unwrap();
                tokio::time::sleep(QUIET / 2).await;
            }
            tokio::time::sleep(QUIET * 2).await;
            tell.send(TEMPLATE).unwrap();
            tell
        });
        assert_eq!(next(&mut changes).await, Change { code: true, template: true });
        assert_eq!(next(&mut changes).await, TEMPLATE);
        drop(editor.await.unwrap());
        assert!(timeout(SOON, next(&mut changes)).await.is_err(), "nobody changes anything any more");
    }

    #[tokio::test]
    async fn a_file_that_takes_the_place_of_another_is_a_change_and_reading_and_building_are_none() {
        let workspace = workspace();
        let file = |name: &str| workspace.path().join(name);
        std::fs::write(file("crates/one/src/lib.rs"), "").unwrap();
        let mut watch = Watch::start(workspace.path()).unwrap();
        std::fs::read_to_string(file("crates/one/src/lib.rs")).unwrap();
        std::fs::write(file("target/debug/check-credit"), "").unwrap();
        // As editors save.
        std::fs::write(file("new.yaml"), "Resources: {}").unwrap();
        std::fs::rename(file("new.yaml"), file("template.yaml")).unwrap();
        assert_eq!(timeout(SOON, watch.next()).await.unwrap(), TEMPLATE);
    }

    #[tokio::test]
    async fn what_is_new_below_a_folder_is_seen() {
        let workspace = workspace();
        let mut watch = Watch::start(workspace.path()).unwrap();
        std::fs::create_dir_all(workspace.path().join("functions/three/src")).unwrap();
        std::fs::write(workspace.path().join("functions/three/src/main.rs"), "").unwrap();
        assert_eq!(timeout(SOON, watch.next()).await.unwrap(), CODE);
    }

    #[tokio::test]
    async fn a_workspace_that_is_not_there_is_named() {
        let error = Watch::start(Path::new("/no/such/workspace")).unwrap_err();
        assert!(format!("{error:#}").contains("/no/such/workspace"), "{error:#}");
    }
}
