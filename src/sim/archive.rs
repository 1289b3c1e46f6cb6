//! Archives of stems: good ones, and by scenario such as nobody should unpack without looking.
//!
//! Even the worst is small on the wire.

use std::io::Cursor;

use flate2::{Compress, Compression, FlushCompress};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::encode::{self, EncodeError};
use super::recipe::Recipe;
use super::script::Trick;
use super::synth::STEMS;

/// The archive of a song's stems.
pub fn stems(
    recipe: &Recipe,
    trick: Option<Trick>,
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<u8>, EncodeError> {
    match trick {
        None => good(recipe, goes_on),
        Some(Trick::Html) => Ok(PAGE.as_bytes().to_vec()),
        Some(Trick::Truncated) => {
            let mut file = good(recipe, goes_on)?;
            file.truncate(file.len() / 2);
            Ok(file)
        }
        Some(trick) => hostile(recipe, trick, goes_on),
    }
}

const PAGE: &str = "<html>\r\n<head><title>Sign in</title></head>\r\n<body>Sign in to download.</body>\r\n</html>\r\n";

/// An archive in memory.
type Zip = ZipWriter<Cursor<Vec<u8>>>;

/// The song is played once, each stem packed into an archive of its own on the way; what is packed goes into one.
fn good(recipe: &Recipe, goes_on: &dyn Fn() -> bool) -> Result<Vec<u8>, EncodeError> {
    let mut each = Vec::new();
    for name in STEMS {
        each.push(begun(name)?);
    }
    encode::write_stems(recipe, &mut each, goes_on)?;
    let mut zip = Zip::new(Cursor::default());
    for stem in each {
        let mut packed = stem.finish_into_readable()?;
        zip.raw_copy_file(packed.by_index_raw(0)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// An archive in which a stem is about to be written.
fn begun(name: &str) -> Result<Zip, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1));
    let mut zip = Zip::new(Cursor::default());
    zip.start_file(format!("{name}.wav"), options)?;
    Ok(zip)
}

/// The names of the stems in Chinese, as Windows writes them into archives: in GBK, without saying so.
const GBK: [&[u8]; STEMS.len()] = [
    b"\xc8\xcb\xc9\xf9.wav",
    b"\xb1\xb4\xcb\xb9.wav",
    b"\xb9\xc4.wav",
    b"\xc6\xe4\xcb\xfb.wav",
];

/// The stems, and with them what the trick is about.
fn hostile(
    recipe: &Recipe,
    trick: Trick,
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<u8>, EncodeError> {
    let mut zip = RawZip::default();
    let mut files = vec![Vec::new(); STEMS.len()];
    encode::write_stems(recipe, &mut files, goes_on)?;
    for (stem, (name, file)) in STEMS.iter().zip(&files).enumerate() {
        let name = match trick {
            Trick::Gbk => GBK[stem].to_vec(),
            _ => format!("{name}.wav").into_bytes(),
        };
        zip.store(&name, file, FILE);
    }
    let prey = b"This was not to be written.\n";
    match trick {
        Trick::Bomb => zip.bomb(BOMB),
        Trick::Liar => zip.bomb(1_024),
        Trick::Absolute => zip.store(b"/tmp/fuzzbox-absolute.wav", prey, FILE),
        Trick::Parent => {
            zip.store(b"../../fuzzbox-parent.wav", prey, FILE);
            zip.store(b"..\\..\\fuzzbox-parent.wav", prey, FILE);
        }
        Trick::Symlink => {
            zip.store(b"mix.wav", b"/etc/passwd", LINK);
            zip.store(b"out", b"..", LINK);
            zip.store(b"out/fuzzbox-link.wav", prey, FILE);
        }
        Trick::Gbk | Trick::Html | Trick::Truncated => {}
    }
    Ok(zip.finish())
}

/// Unix modes of a file and of a symbolic link.
const FILE: u32 = 0o100_644;
const LINK: u32 = 0o120_777;
/// Bytes the bomb unpacks to: 2 GiB.
const BOMB: u32 = 1 << 31;
/// Bytes that are repeated in it.
const POWDER: usize = 1 << 20;

/// A writer that asks no questions about names and sizes, which a well-behaved one would.
#[derive(Default)]
struct RawZip {
    file: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

/// What an entry says of itself.
struct Entry<'a> {
    name: &'a [u8],
    /// 0 stored, 8 deflated.
    method: u16,
    crc: u32,
    /// Bytes when it is unpacked.
    size: u32,
    mode: u32,
}

impl RawZip {
    fn store(&mut self, name: &[u8], content: &[u8], mode: u32) {
        let entry = Entry {
            name,
            method: 0,
            crc: crc32(content),
            size: content.len() as u32,
            mode,
        };
        self.add(&entry, content);
    }

    /// Zeros without end, called `size` bytes.
    fn bomb(&mut self, size: u32) {
        let zeros = vec![0; POWDER];
        let mut deflate = Compress::new(Compression::best(), false);
        let mut once = Vec::with_capacity(POWDER);
        // Into memory with room to spare: cannot fail. After a full flush a piece stands for itself.
        let flushed = deflate.compress_vec(&zeros, &mut once, FlushCompress::Full);
        let mut packed = match flushed {
            Ok(_) => once.repeat(BOMB as usize / POWDER),
            Err(_) => Vec::new(),
        };
        // The last block: empty, with fixed codes.
        packed.extend([3, 0]);
        let entry = Entry {
            name: b"boom.wav",
            method: 8,
            // Who gets as far as checking it has unpacked it all.
            crc: 0,
            size,
            mode: FILE,
        };
        self.add(&entry, &packed);
    }

    fn add(&mut self, entry: &Entry, packed: &[u8]) {
        let place = self.file.len() as u32;
        let mut about = Vec::new();
        // Version 2.0, no flags, the method, and the first moment there is.
        for half in [20, 0, entry.method, 0, 0x21] {
            about.extend(u16::to_le_bytes(half));
        }
        for word in [entry.crc, packed.len() as u32, entry.size] {
            about.extend(word.to_le_bytes());
        }
        about.extend((entry.name.len() as u16).to_le_bytes());
        about.extend(0_u16.to_le_bytes());
        self.file.extend(b"PK\x03\x04");
        self.file.extend(&about);
        self.file.extend(entry.name);
        self.file.extend(packed);
        self.directory.extend(b"PK\x01\x02");
        // Made on Unix.
        self.directory.extend([20, 3]);
        self.directory.extend(&about);
        // No comment, the first disk, nothing to say about the content.
        self.directory.extend([0; 6]);
        self.directory.extend((entry.mode << 16).to_le_bytes());
        self.directory.extend(place.to_le_bytes());
        self.directory.extend(entry.name);
        self.count += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let place = self.file.len() as u32;
        let length = self.directory.len() as u32;
        self.file.append(&mut self.directory);
        self.file.extend(b"PK\x05\x06\0\0\0\0");
        for _ in 0..2 {
            self.file.extend(self.count.to_le_bytes());
        }
        self.file.extend(length.to_le_bytes());
        self.file.extend(place.to_le_bytes());
        self.file.extend([0; 2]);
        self.file
    }
}

/// The check sum archives keep of a file.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}
