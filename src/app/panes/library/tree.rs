//! Who was made from whom: the order of the library as a tree.
//!
//! Invariant: every song stands there exactly once, whatever its source is said to be: a source that is not in the library,
//! or a circle, makes it a root.

use std::collections::{HashMap, HashSet};

use crate::app::songs::Songs;
use crate::domain::{Song, SongId, Timestamp};

/// What hangs deeper stands at this level: there would be no room for titles, and a lineage may be long.
const DEEPEST: usize = 6;

/// Where a song hangs in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Branch {
    /// For each level above its own, from the outermost: whether a later song hangs there too. Empty for a root.
    pub(crate) open: Vec<bool>,
    /// Whether it is the last that hangs from its source.
    pub(crate) is_last: bool,
    /// Whether it hangs from another song.
    pub(crate) hangs: bool,
}

/// The songs as a tree: each family by its newest song, newest first; below a song those made from it, newest first.
pub(super) fn order(songs: &Songs) -> Vec<(SongId, Branch)> {
    let mut below: HashMap<&SongId, Vec<&Song>> = HashMap::new();
    let mut roots = Vec::new();
    let circles = in_circles(songs);
    // Oldest first, so that each list is too.
    for song in songs.iter() {
        match &song.more.source {
            Some(source) if songs.get(source).is_some() && !circles.contains(&song.id) => {
                below.entry(source).or_default().push(song);
            }
            _ => roots.push(song),
        }
    }
    let mut families: Vec<(Timestamp, &Song)> = roots
        .into_iter()
        .map(|root| (newest(root, &below), root))
        .collect();
    families.sort_by(|a, b| (b.0, &b.1.id).cmp(&(a.0, &a.1.id)));
    let mut rows = Vec::with_capacity(songs.len());
    for (_, root) in families {
        hang(root, &below, &mut rows);
    }
    rows
}

/// The songs whose sources lead back to themselves. Each is looked at once.
fn in_circles(songs: &Songs) -> HashSet<&SongId> {
    let mut circles = HashSet::new();
    let mut done: HashSet<&SongId> = HashSet::new();
    for song in songs.iter() {
        let mut path: Vec<&SongId> = Vec::new();
        let mut on_path = HashSet::new();
        let mut next = Some(song);
        while let Some(at) = next.filter(|at| !done.contains(&at.id)) {
            if !on_path.insert(&at.id) {
                let from = path.iter().position(|id| **id == at.id).unwrap_or(0);
                circles.extend(path.drain(from..));
                break;
            }
            path.push(&at.id);
            next = at.more.source.as_ref().and_then(|id| songs.get(id));
        }
        done.extend(on_path);
    }
    circles
}

/// When the newest song of a family was made.
fn newest(root: &Song, below: &HashMap<&SongId, Vec<&Song>>) -> Timestamp {
    let mut newest = root.created_at;
    let mut waiting = vec![root];
    while let Some(song) = waiting.pop() {
        newest = newest.max(song.created_at);
        waiting.extend(below.get(&song.id).into_iter().flatten());
    }
    newest
}

/// Puts a family into rows, without recursion: a lineage may be as deep as the library is large.
fn hang(root: &Song, below: &HashMap<&SongId, Vec<&Song>>, rows: &mut Vec<(SongId, Branch)>) {
    let mut waiting = vec![(root, Branch::default())];
    while let Some((song, branch)) = waiting.pop() {
        let children = below.get(&song.id).map(Vec::as_slice).unwrap_or_default();
        let mut open = branch.open.clone();
        if branch.hangs && open.len() + 1 < DEEPEST {
            open.push(!branch.is_last);
        }
        // The oldest is pushed first and taken last.
        for (at, child) in children.iter().enumerate() {
            waiting.push((
                child,
                Branch {
                    open: open.clone(),
                    is_last: at == 0,
                    hangs: true,
                },
            ));
        }
        rows.push((song.id.clone(), branch));
    }
}
