//! The PulseAudio protocol as far as a player speaks it: greeting, one stream, its samples.
//!
//! Invariant: lengths from the other side are checked before memory is taken for them.

use std::ffi::CString;
use std::io::{Cursor, Read, Write};

use pulseaudio::protocol::{
    self, AuthParams, AuthReply, ChannelMap, Command, CreatePlaybackStreamReply, Descriptor,
    DescriptorFlags, PlaybackStreamParams, Prop, Props, ProtocolError, SampleFormat, SampleSpec,
    SetClientNameReply, TagStructRead, TagStructReader,
};

use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};

use super::server::Socket;
use crate::audio::output::{CHANNELS, Spec};

/// No message of a server to a player is nearly as long.
const LONGEST_MESSAGE: u32 = 1 << 20;
/// The bytes of one frame on the wire.
pub(super) const BYTES_PER_FRAME: u32 = 4 * CHANNELS as u32;
/// The channel of all messages that are not samples.
const CONTROL: u32 = u32::MAX;

/// A message from the server.
pub(super) struct Message {
    /// Which question it answers.
    pub sequence: u32,
    pub command: Command,
    /// What comes after a [`Command::Reply`].
    pub reply: Vec<u8>,
}

/// A greeted server with a stream that is ready, and held.
pub(super) struct Stream {
    pub socket: Socket,
    pub version: u16,
    pub channel: u32,
    /// How many bytes the server wants first.
    pub wanted: u32,
    pub store: Store,
}

/// Greets the server and makes a stream.
pub(super) fn open_stream(
    mut socket: Socket,
    cookie: Vec<u8>,
    spec: Spec,
) -> Result<Stream, ProtocolError> {
    let auth = Command::Auth(AuthParams {
        version: protocol::MAX_VERSION,
        supports_shm: false,
        supports_memfd: false,
        cookie,
    });
    let greeted: AuthReply = ask(&mut socket, 0, &auth, protocol::MAX_VERSION)?;
    let version = greeted.version.min(protocol::MAX_VERSION);
    if version < protocol::MIN_VERSION {
        return Err(ProtocolError::UnsupportedVersion(version));
    }
    let mut props = Props::new();
    props.set(Prop::ApplicationName, c"fuzzbox");
    let _: SetClientNameReply = ask(&mut socket, 1, &Command::SetClientName(props), version)?;
    let store = Store::new(socket.is_far());
    let params = Command::CreatePlaybackStream(stream_params(spec, store));
    let made: CreatePlaybackStreamReply = ask(&mut socket, 2, &params, version)?;
    socket.set_patience(None)?;
    Ok(Stream {
        socket,
        version,
        channel: made.channel,
        wanted: made.requested_bytes,
        store,
    })
}

/// How much the server keeps of the stream, in 1/1000 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Store {
    target: u32,
    most: u32,
}

impl Store {
    /// What is enough as a rule for a server here, or one at the other end of a network.
    fn new(far: bool) -> Store {
        // 100 ms underran over a network with 40 to 60 ms of round trip.
        if far {
            Store {
                target: 500,
                most: 2000,
            }
        } else {
            Store {
                target: 150,
                most: 600,
            }
        }
    }

    /// Twice as much. False where that would be too much.
    pub(super) fn grow(&mut self) -> bool {
        let grown = (self.target * 2).min(self.most);
        std::mem::replace(&mut self.target, grown) < grown
    }

    /// As the server is told it.
    pub(super) fn attributes(self, spec: Spec) -> BufferAttr {
        let bytes = |milliseconds: u32| {
            let frames = u64::from(milliseconds) * u64::from(spec.rate) / 1000;
            frames as u32 * BYTES_PER_FRAME
        };
        let request = if self.most > 1000 { 100 } else { 50 };
        BufferAttr {
            max_length: u32::MAX,
            target_length: bytes(self.target),
            pre_buffering: bytes(request),
            minimum_request_length: bytes(request),
            fragment_size: u32::MAX,
        }
    }
}

fn stream_params(spec: Spec, store: Store) -> PlaybackStreamParams {
    let mut props = Props::new();
    props.set(Prop::MediaName, CString::from(c"song"));
    props.set(Prop::MediaRole, c"music");
    PlaybackStreamParams {
        sample_spec: SampleSpec {
            format: SampleFormat::Float32Le,
            channels: CHANNELS as u8,
            sample_rate: spec.rate,
        },
        channel_map: ChannelMap::stereo(),
        buffer_attr: store.attributes(spec),
        props,
        flags: StreamFlags {
            start_corked: true,
            adjust_latency: true,
            ..StreamFlags::default()
        },
        ..PlaybackStreamParams::default()
    }
}

/// Sends a question and waits for its answer.
fn ask<T: TagStructRead>(
    socket: &mut Socket,
    sequence: u32,
    question: &Command,
    version: u16,
) -> Result<T, ProtocolError> {
    socket.write_all(&command(sequence, question, version)?)?;
    loop {
        let Some(message) = receive(socket, version)? else {
            continue;
        };
        match message.command {
            Command::Reply if message.sequence == sequence => {
                return parse(&message.reply, version);
            }
            Command::Error(error) if message.sequence == sequence => {
                return Err(ProtocolError::ServerError(error));
            }
            _ => {}
        }
    }
}

/// Reads what an answer says.
pub(super) fn parse<T: TagStructRead>(reply: &[u8], version: u16) -> Result<T, ProtocolError> {
    let mut cursor = Cursor::new(reply);
    T::read(&mut TagStructReader::new(&mut cursor, version), version)
}

/// Waits for the next message. `None` for those that say nothing to a player.
pub(super) fn receive(socket: &mut Socket, version: u16) -> Result<Option<Message>, ProtocolError> {
    let descriptor = protocol::read_descriptor(socket)?;
    if descriptor.length > LONGEST_MESSAGE {
        return Err(ProtocolError::Invalid("a message too long".into()));
    }
    let mut payload = vec![0; descriptor.length as usize];
    socket.read_exact(&mut payload)?;
    if descriptor.channel != CONTROL {
        return Ok(None);
    }
    let mut cursor = Cursor::new(payload.as_slice());
    let Ok((sequence, command)) = Command::read_tag_prefixed(&mut cursor, version) else {
        return Ok(None);
    };
    let read = cursor.position() as usize;
    Ok(Some(Message {
        sequence,
        command,
        reply: payload.get(read..).unwrap_or_default().to_vec(),
    }))
}

/// A command as it is sent.
pub(super) fn command(
    sequence: u32,
    command: &Command,
    version: u16,
) -> Result<Vec<u8>, ProtocolError> {
    let mut bytes = Vec::new();
    protocol::write_command_message(&mut bytes, sequence, command, version)?;
    Ok(bytes)
}

/// Samples as they are sent, in messages of at most 64 KiB. They take the place of the last `instead` frames sent before.
pub(super) fn samples(
    channel: u32,
    samples: &[f32],
    instead: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), ProtocolError> {
    bytes.clear();
    let mut offset = (instead * u64::from(BYTES_PER_FRAME)).wrapping_neg(); // the protocol counts from the end of what there is
    for part in samples.chunks(1 << 14) {
        let descriptor = Descriptor {
            length: part.len() as u32 * 4,
            channel,
            offset,
            flags: DescriptorFlags::empty(),
        };
        protocol::write_descriptor(&mut *bytes, &descriptor)?;
        bytes.extend(part.iter().flat_map(|sample| sample.to_le_bytes()));
        offset = 0;
    }
    Ok(())
}

/// Why a server cannot be used, in a line.
pub(super) fn explain(error: &ProtocolError) -> String {
    use std::io::ErrorKind;
    match error {
        ProtocolError::Io(e) => match e.kind() {
            ErrorKind::NotFound => "no sound server found".into(),
            ErrorKind::ConnectionRefused => "no sound server is running".into(),
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                "the sound server does not answer".into()
            }
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                "the sound server hung up".into()
            }
            _ => format!("the sound server cannot be reached: {e}"),
        },
        ProtocolError::ServerError(protocol::PulseError::AccessDenied) => {
            "the sound server refuses this user".into()
        }
        ProtocolError::ServerError(error) => format!("the sound server refuses: {error}"),
        _ => "the sound server speaks another language".into(),
    }
}
