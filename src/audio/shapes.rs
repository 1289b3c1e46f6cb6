//! What was learned of songs by listening to them, kept so that nobody listens twice.
//!
//! Invariant: what is kept belongs to one file of one size and age, and is made again where it is damaged. The folder
//! stays small.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::survey::Survey;
use crate::domain::song::fnv1a;
use crate::domain::{Landmarks, Seconds, Waveform};

/// What a file of this kind begins with; another version is another kind.
const MAGIC: &[u8; 8] = b"fzshape1";
/// How many files are kept at most: some 20 MB.
const MOST: usize = 2000;
/// No honest song has so many.
const MOST_LANDMARKS: usize = 20_000;

/// The folder they are kept in, if anywhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Shapes(pub Option<PathBuf>);

impl Shapes {
    /// What is known of a file.
    pub(super) fn find(&self, song: &Path) -> Option<Survey> {
        let path = self.place(song)?;
        let bytes = fs::read(&path).ok()?;
        let survey = read(&bytes, &mark(song)?);
        match &survey {
            // What is used stays longest.
            Some(_) => {
                let used = File::options().append(true).open(&path);
                let _ = used.and_then(|file| file.set_modified(SystemTime::now()));
            }
            None => {
                let _ = fs::remove_file(&path); // damaged, or of a file that is no more
            }
        }
        survey
    }

    /// Keeps what is known of a file. Where that is not possible it is made again next time.
    pub(super) fn keep(&self, song: &Path, survey: &Survey) {
        if let (Some(path), Some(mark)) = (self.place(song), mark(song))
            && let Err(error) = self.write(&path, &written(survey, &mark))
        {
            let _ = error; // a cache that cannot be written is no cache
        }
    }

    fn place(&self, song: &Path) -> Option<PathBuf> {
        let name = song.file_name()?.to_str()?;
        let hash = fnv1a(name.as_bytes());
        Some(self.0.as_ref()?.join(format!("{hash:016x}.shape")))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let Some(folder) = &self.0 else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let new = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&new, bytes)?;
        fs::rename(&new, path)?;
        prune(folder, MOST)
    }
}

/// Removes the files that have not been used for longest, where there are too many.
fn prune(folder: &Path, most: usize) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    let surplus = files.len().saturating_sub(most);
    if surplus > 0 {
        files.sort();
        for (_, path) in files.iter().take(surplus + most / 10) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What a file is known by: its name, size and age.
fn mark(song: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(song).ok()?;
    let age = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let mut mark = Vec::new();
    mark.extend(about.len().to_le_bytes());
    mark.extend(age.as_nanos().to_le_bytes());
    mark.extend(fnv1a(song.file_name()?.as_encoded_bytes()).to_le_bytes());
    Some(mark)
}

fn written(survey: &Survey, mark: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(mark);
    bytes.extend(survey.frames.to_le_bytes());
    bytes.extend(survey.loudness.unwrap_or(f64::NAN).to_le_bytes());
    for moments in [&survey.landmarks.silences, &survey.landmarks.beats] {
        let moments = moments.iter().take(MOST_LANDMARKS);
        bytes.extend((moments.len() as u32).to_le_bytes());
        bytes.extend(moments.flat_map(|moment| moment.0.to_le_bytes()));
    }
    bytes.extend(&survey.waveform.peaks);
    bytes.extend(&survey.waveform.loudness);
    bytes.extend(fnv1a(&bytes).to_le_bytes());
    bytes
}

/// What was written, if all of it was and it is of that file.
fn read(bytes: &[u8], mark: &[u8]) -> Option<Survey> {
    let (content, sum) = bytes.split_last_chunk::<8>()?;
    if fnv1a(content) != u64::from_le_bytes(*sum) {
        return None;
    }
    let rest = content.strip_prefix(MAGIC)?.strip_prefix(mark)?;
    let (frames, rest) = rest.split_first_chunk::<8>()?;
    let (loudness, rest) = rest.split_first_chunk::<8>()?;
    let (silences, rest) = moments(rest)?;
    let (beats, rest) = moments(rest)?;
    let (peaks, loud) = rest.split_at_checked(Waveform::SLICES)?;
    if loud.len() != Waveform::SLICES {
        return None;
    }
    Some(Survey {
        frames: u64::from_le_bytes(*frames),
        loudness: Some(f64::from_le_bytes(*loudness)).filter(|loudness| loudness.is_finite()),
        landmarks: Landmarks { silences, beats },
        waveform: Waveform {
            peaks: peaks.to_vec(),
            loudness: loud.to_vec(),
        },
    })
}

fn moments(bytes: &[u8]) -> Option<(Vec<Seconds>, &[u8])> {
    let (count, rest) = bytes.split_first_chunk::<4>()?;
    let count = u32::from_le_bytes(*count) as usize;
    if count > MOST_LANDMARKS {
        return None;
    }
    let (moments, rest) = rest.split_at_checked(count * 8)?;
    let moments = moments.as_chunks::<8>().0.iter();
    let moments = moments.map(|moment| Seconds(f64::from_le_bytes(*moment)));
    Some((moments.collect(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey() -> Survey {
        Survey {
            frames: 123_456,
            waveform: Waveform {
                peaks: (0..Waveform::SLICES).map(|i| i as u8).collect(),
                loudness: (0..Waveform::SLICES).map(|i| (i / 2) as u8).collect(),
            },
            loudness: Some(-13.5),
            landmarks: Landmarks {
                silences: vec![Seconds(1.5)],
                beats: vec![Seconds(0.5), Seconds(1.0)],
            },
        }
    }

    #[test]
    fn what_is_kept_is_found_until_the_file_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let song = folder.path().join("song.m4a");
        fs::write(&song, b"sound").expect("written");
        let shapes = Shapes(Some(folder.path().join("shapes")));
        assert_eq!(shapes.find(&song), None);
        shapes.keep(&song, &survey());
        assert_eq!(shapes.find(&song), Some(survey()));
        fs::write(&song, b"another sound").expect("written");
        assert_eq!(shapes.find(&song), None);
        assert_eq!(Shapes(None).find(&song), None);
    }

    #[test]
    fn what_is_damaged_anywhere_is_not_believed() {
        let bytes = written(&survey(), b"mark");
        assert_eq!(read(&bytes, b"mark"), Some(survey()));
        assert_eq!(read(&bytes, b"kram"), None);
        for at in (0..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(read(&damaged, b"mark"), None, "at {at}");
            assert_eq!(read(&bytes[..at], b"mark"), None, "cut at {at}");
        }
    }

    #[test]
    fn only_so_many_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in 0..30 {
            let file = File::create(folder.path().join(format!("{name:02}"))).expect("made");
            let age = std::time::Duration::from_secs(1_000_000 + name);
            file.set_modified(UNIX_EPOCH + age).expect("set");
        }
        prune(folder.path(), 20).expect("pruned");
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        left.sort();
        assert_eq!(left.len(), 18);
        assert_eq!(left[0], "12", "the oldest went");
    }
}
