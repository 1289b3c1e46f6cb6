//! Finds the sound server: where the environment says, or where a desktop keeps it.
//!
//! Invariant: an attempt ends within [`PATIENCE`], even when the other side accepts and then says nothing.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

/// How long a server may take for each answer while connecting.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);
/// How long a server may refuse to take samples before it is given up.
const WRITE_PATIENCE: Duration = Duration::from_secs(3);
const PORT: u16 = 4713;
/// The length of the shared secret, which the protocol fixes.
const COOKIE: usize = 256;

/// Where a server may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Unix(PathBuf),
    Tcp(String, u16),
}

/// The servers to try, in order: the ones named in `PULSE_SERVER` syntax, else the sockets of this user's session.
pub(super) fn addresses(
    named: Option<&str>,
    env: impl Fn(&str) -> Option<OsString>,
) -> Vec<Address> {
    let from_env = env("PULSE_SERVER").and_then(|value| value.into_string().ok());
    let named = named.map(str::to_owned).or(from_env);
    if let Some(named) = named.filter(|named| !named.trim().is_empty()) {
        return named.split_whitespace().filter_map(parse).collect();
    }
    let run_user = || format!("/run/user/{}", rustix::process::getuid().as_raw()).into();
    let runtime = PathBuf::from(env("XDG_RUNTIME_DIR").unwrap_or_else(run_user));
    let own = env("PULSE_RUNTIME_PATH").map(|path| PathBuf::from(path).join("native"));
    own.into_iter()
        .chain([runtime.join("pulse/native")])
        .map(Address::Unix)
        .collect()
}

/// One entry of `PULSE_SERVER`: `unix:/path`, `/path`, `tcp:host:port`, `host`, each maybe for one machine only (`{id}…`).
fn parse(entry: &str) -> Option<Address> {
    let entry = match entry.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?.1,
        None => entry,
    };
    if let Some(path) = entry
        .strip_prefix("unix:")
        .or(entry.starts_with('/').then_some(entry))
    {
        return Some(Address::Unix(path.into()));
    }
    let host = ["tcp:", "tcp4:", "tcp6:"]
        .iter()
        .find_map(|scheme| entry.strip_prefix(scheme))
        .unwrap_or(entry);
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            (name, port.parse().ok()?)
        }
        _ => (host, PORT),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    (!name.is_empty()).then(|| Address::Tcp(name.to_owned(), port))
}

/// The secret shared with the server; zeros where there is none, and the server goes by the user's id.
pub(super) fn cookie(env: impl Fn(&str) -> Option<OsString>) -> Vec<u8> {
    let home = env("HOME").map(PathBuf::from);
    let config = env("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|home| home.join(".config")));
    let candidates = [
        env("PULSE_COOKIE").map(PathBuf::from),
        config.map(|config| config.join("pulse/cookie")),
        home.map(|home| home.join(".pulse-cookie")),
    ];
    let mut secret = candidates
        .into_iter()
        .flatten()
        .find_map(|path| {
            let mut secret = Vec::new();
            let file = std::fs::File::open(path).ok()?;
            file.take(COOKIE as u64).read_to_end(&mut secret).ok()?;
            (secret.len() == COOKIE).then_some(secret)
        })
        .unwrap_or_default();
    secret.resize(COOKIE, 0);
    secret
}

/// A connection to a server.
#[derive(Debug)]
pub(super) enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    pub(super) fn connect(address: &Address) -> io::Result<Socket> {
        let socket = match address {
            Address::Unix(path) => Socket::Unix(connect_unix(path)?),
            Address::Tcp(host, port) => Socket::Tcp(connect_tcp(host, *port)?),
        };
        socket.set_patience(Some(PATIENCE))?;
        match &socket {
            Socket::Unix(unix) => unix.set_write_timeout(Some(WRITE_PATIENCE))?,
            Socket::Tcp(tcp) => {
                tcp.set_write_timeout(Some(WRITE_PATIENCE))?;
                tcp.set_nodelay(true)?;
            }
        }
        Ok(socket)
    }

    /// How long a read waits; for ever with `None`.
    pub(super) fn set_patience(&self, patience: Option<Duration>) -> io::Result<()> {
        match self {
            Socket::Unix(unix) => unix.set_read_timeout(patience),
            Socket::Tcp(tcp) => tcp.set_read_timeout(patience),
        }
    }

    pub(super) fn is_far(&self) -> bool {
        matches!(self, Socket::Tcp(_))
    }

    pub(super) fn try_clone(&self) -> io::Result<Socket> {
        Ok(match self {
            Socket::Unix(unix) => Socket::Unix(unix.try_clone()?),
            Socket::Tcp(tcp) => Socket::Tcp(tcp.try_clone()?),
        })
    }

    /// Ends the connection for all who hold it: reads and writes under way return.
    pub(super) fn shut(&self) {
        let _ = match self {
            Socket::Unix(unix) => unix.shutdown(Shutdown::Both),
            Socket::Tcp(tcp) => tcp.shutdown(Shutdown::Both),
        }; // an error means that it is gone already
    }
}

/// Connects without ever waiting: a server that hangs may have its waiting line full.
fn connect_unix(path: &std::path::Path) -> io::Result<UnixStream> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    // Without this the server may read our greeting before it asks who we are, and refuse us.
    rustix::net::sockopt::set_socket_passcred(&socket, true)?;
    let stream = UnixStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

fn connect_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Unix(unix) => unix.read(buffer),
            Socket::Tcp(tcp) => tcp.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Unix(unix) => unix.write(buffer),
            Socket::Tcp(tcp) => tcp.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp(host.into(), port)
    }

    #[test]
    fn servers_are_named_as_everywhere() {
        assert_eq!(parse("unix:/tmp/p"), Some(Address::Unix("/tmp/p".into())));
        assert_eq!(parse("/tmp/p"), Some(Address::Unix("/tmp/p".into())));
        assert_eq!(parse("{abc}unix:/p"), Some(Address::Unix("/p".into())));
        assert_eq!(parse("tcp:box:99"), Some(tcp("box", 99)));
        assert_eq!(parse("tcp4:10.0.0.1"), Some(tcp("10.0.0.1", 4713)));
        assert_eq!(parse("box"), Some(tcp("box", 4713)));
        assert_eq!(parse("tcp6:[::1]:99"), Some(tcp("::1", 99)));
        assert_eq!(parse("[::1]"), Some(tcp("::1", 4713)));
        assert_eq!(parse("tcp:box:no"), None);
        assert_eq!(parse("tcp:"), None);
        assert_eq!(parse("{abc"), None);
    }

    #[test]
    fn the_environment_is_asked_first() {
        let env = |name: &str| match name {
            "PULSE_SERVER" => Some("tcp:far unix:/near".into()),
            _ => None,
        };
        let both = [tcp("far", 4713), Address::Unix("/near".into())];
        assert_eq!(addresses(None, env), both);
        assert_eq!(
            addresses(Some("/mine"), env),
            [Address::Unix("/mine".into())]
        );
        let session = |name: &str| match name {
            "PULSE_RUNTIME_PATH" => Some("/a".into()),
            "XDG_RUNTIME_DIR" => Some("/b".into()),
            _ => None,
        };
        let sockets = ["/a/native", "/b/pulse/native"].map(|path| Address::Unix(path.into()));
        assert_eq!(addresses(None, session), sockets);
    }

    #[test]
    fn a_cookie_always_has_its_length() {
        let home = tempfile::tempdir().expect("a folder");
        let env = |name: &str| (name == "HOME").then(|| home.path().as_os_str().to_owned());
        assert_eq!(cookie(env), [0; COOKIE]);
        std::fs::write(home.path().join(".pulse-cookie"), [7; COOKIE]).expect("writes");
        assert_eq!(cookie(env), [7; COOKIE]);
        std::fs::create_dir_all(home.path().join(".config/pulse")).expect("a folder");
        std::fs::write(home.path().join(".config/pulse/cookie"), [8; 10]).expect("writes");
        assert_eq!(cookie(env), [7; COOKIE], "a short one is none");
    }
}
