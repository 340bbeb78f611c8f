//! The caller's memory as the cloud last told it.

use std::io;
use std::path::Path;

use super::atomic;
use crate::wire::cloud::Projection;

/// The projection in the caller's folder; `None` where there is none that can be read, which makes the boot a cold one.
pub(crate) fn load(folder: &Path) -> Option<Projection> {
    let json = std::fs::read(folder.join(FILE)).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Keeps it for the next life.
pub(crate) fn store(folder: &Path, projection: &Projection) -> io::Result<()> {
    let json = serde_json::to_vec(projection).expect("a projection of texts and numbers is JSON");
    atomic::replace(&folder.join(FILE), &json)
}

/// Brings `known` up to date: a snapshot replaces it, a delta is added to it, newer entries replacing older ones by id.
pub(crate) fn merge(known: Option<Projection>, news: Projection) -> Projection {
    let Some(mut known) = known.filter(|_| !news.snapshot) else {
        return Projection { snapshot: true, ..news };
    };
    known.sync_token = news.sync_token;
    known.permanent_manifest_version = news.permanent_manifest_version;
    known.org_manifest_version = news.org_manifest_version;
    known.profile = news.profile.or(known.profile);
    update(&mut known.permanent, news.permanent, |fact| &fact.memory_id);
    update(&mut known.org, news.org, |chunk| &chunk.chunk_id);
    known
}

fn update<T>(known: &mut Vec<T>, news: Vec<T>, id: fn(&T) -> &str) {
    for entry in news {
        match known.iter_mut().find(|old| id(old) == id(&entry)) {
            Some(old) => *old = entry,
            None => known.push(entry),
        }
    }
}

const FILE: &str = "projection.json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cloud::Fact;
    use crate::wire::loopback::Profile;

    fn fact(id: &str, text: &str) -> Fact {
        Fact { memory_id: id.into(), text: text.into() }
    }

    fn known() -> Projection {
        Projection {
            snapshot: true,
            sync_token: "1".into(),
            profile: Some(Profile { version: 1, summary: "Ann".into() }),
            permanent: vec![fact("a", "old"), fact("b", "stays")],
            ..Projection::default()
        }
    }

    #[test]
    fn a_delta_adds_and_replaces_by_id_and_keeps_what_it_does_not_name() {
        let permanent = vec![fact("a", "new"), fact("c", "added")];
        let delta = Projection { sync_token: "2".into(), permanent, ..Projection::default() };
        let merged = merge(Some(known()), delta);
        assert_eq!(merged.permanent, [fact("a", "new"), fact("b", "stays"), fact("c", "added")]);
        assert_eq!((merged.sync_token.as_str(), merged.profile), ("2", known().profile));
    }

    #[test]
    fn a_snapshot_replaces_everything() {
        let snapshot = Projection { snapshot: true, permanent: vec![fact("z", "only")], ..Projection::default() };
        assert_eq!(merge(Some(known()), snapshot.clone()), snapshot);
    }

    #[test]
    fn what_was_stored_is_loaded_and_rubbish_is_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(load(folder.path()), None);
        store(folder.path(), &known()).expect("stored");
        assert_eq!(load(folder.path()), Some(known()));
        std::fs::write(folder.path().join(FILE), "{\"snap").expect("written");
        assert_eq!(load(folder.path()), None);
    }
}
