//! The door the provider knocks on: who is let in, and who is turned away without a word.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver as Heard, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fuzzbox::domain::{ApiTaskId, TaskId};
use fuzzbox::webhook::{Delivery, Plan, Receiver, Tell, WebhookError, listen, listen_for};
use tempfile::TempDir;

use crate::support::pty::patience;

const TASK: TaskId = TaskId(1_767_119_745_000_001);

struct Door {
    receiver: Receiver,
    heard: Heard<Delivery>,
    folder: TempDir,
}

fn plan(folder: &TempDir) -> Plan {
    Plan {
        listen: Some(([127, 0, 0, 1], 0).into()),
        public_url: None,
        key_file: folder.path().join("webhook.key"),
    }
}

fn tell_all() -> (Tell, Heard<Delivery>) {
    let (tell, heard) = channel();
    let tell = Mutex::new(tell);
    let tell: Tell = Arc::new(move |delivery| {
        let tell = tell.lock().expect("no panic");
        tell.send(delivery).is_ok()
    });
    (tell, heard)
}

fn door() -> Door {
    let folder = tempfile::tempdir().expect("a folder");
    let (tell, heard) = tell_all();
    Door {
        receiver: listen(&plan(&folder), tell).expect("a door"),
        heard,
        folder,
    }
}

impl Door {
    fn path(&self) -> String {
        format!("/{}", self.receiver.key().path(TASK))
    }

    fn address(&self) -> SocketAddr {
        self.receiver.address()
    }

    fn post(&self, path: &str, body: &str) -> String {
        let length = body.len();
        self.say(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }

    /// The first line of the answer; empty where there is none.
    fn say(&self, request: &str) -> String {
        let mut line = self.knock();
        line.write_all(request.as_bytes()).expect("it is read");
        first_line(&mut line)
    }

    fn knock(&self) -> TcpStream {
        let line = TcpStream::connect(self.address()).expect("a door");
        line.set_read_timeout(Some(patience())).expect("a limit");
        line
    }
}

fn first_line(line: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A line that was hung up says what came before.
    let _ = line.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_call_is_heard_with_its_task_and_id() {
    let door = door();
    let answer = door.post(
        &door.path(),
        r#"{"success":true,"task_id":"b4a1-02","data":[{"id":"x","state":"succeeded"}]}"#,
    );
    assert_eq!(answer, "HTTP/1.1 204 No Content");
    let delivery = door.heard.recv_timeout(patience()).expect("heard");
    assert_eq!(delivery.task, TASK);
    assert_eq!(delivery.api_id, Some(ApiTaskId("b4a1-02".into())));
    door.post(&door.path(), r#"{"task_id":"\u001b[31m"}"#);
    let delivery = door.heard.recv_timeout(patience()).expect("heard");
    assert_eq!(delivery.api_id, None, "what is no id is left out");
    let url = door.receiver.url(TASK);
    assert!(
        url.starts_with(&format!("http://{}/", door.address())),
        "{url}"
    );
    assert_eq!(door.receiver.key().recognise(&url), Some(TASK));
}

#[test]
fn a_proxy_may_put_a_path_before_ours() {
    let door = door();
    let answer = door.post(
        &format!("/studio/hook{}?x=1", door.path()),
        r#"{"task_id":"a"}"#,
    );
    assert_eq!(answer, "HTTP/1.1 204 No Content");
    let heard = door.heard.recv_timeout(patience()).expect("heard");
    assert_eq!(heard.api_id, Some(ApiTaskId("a".into())));
}

#[test]
fn who_does_not_know_the_address_is_turned_away_before_a_body_is_read() {
    let door = door();
    let mut other = door.receiver.key().proof(TASK);
    other.replace_range(0..1, if other.starts_with('0') { "1" } else { "0" });
    let wrong = [
        "/".to_owned(),
        "/favicon.ico".to_owned(),
        format!("/{}", TASK.0),
        format!("/{}/{other}", TASK.0),
        format!("/{}/{}", TASK.0 + 1, door.receiver.key().proof(TASK)),
        format!("{}/", door.path()),
    ];
    for path in wrong {
        // The body never comes, and is not waited for.
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n");
        let answer = door.say(&head);
        assert_eq!(answer, "HTTP/1.1 404 Not Found", "{path}");
    }
    assert!(door.heard.try_recv().is_err());
}

#[test]
fn only_a_post_is_a_call() {
    let door = door();
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let answer = door.say(&format!(
            "{method} {} HTTP/1.1\r\nhost: x\r\n\r\n",
            door.path()
        ));
        assert_eq!(answer, "HTTP/1.1 405 Method Not Allowed", "{method}");
    }
    assert!(door.heard.try_recv().is_err());
}

#[test]
fn a_body_that_is_too_large_is_refused_told_or_not() {
    let door = door();
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\n", door.path());
    let told = door.say(&format!("{head}content-length: 1048577\r\n\r\n"));
    assert_eq!(told, "HTTP/1.1 413 Payload Too Large");
    let mut line = door.knock();
    let begun = format!("{head}transfer-encoding: chunked\r\n\r\n");
    line.write_all(begun.as_bytes()).expect("it is read");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    // It hangs up somewhere past the limit.
    while line.write_all(chunk.as_bytes()).is_ok() {}
    assert!(door.heard.try_recv().is_err());
}

#[test]
fn what_is_no_json_object_is_no_call() {
    let door = door();
    for body in [
        "",
        "garbage",
        "<html>",
        "[1]",
        "\"x\"",
        "{\"task_id\":",
        "null",
        "\u{0}",
    ] {
        let answer = door.post(&door.path(), body);
        assert_eq!(answer, "HTTP/1.1 400 Bad Request", "{body}");
    }
    assert!(door.heard.try_recv().is_err());
    for body in ["{}", r#"{"task_id":7}"#, r#"{"task_id":null,"data":"?"}"#] {
        assert_eq!(
            door.post(&door.path(), body),
            "HTTP/1.1 204 No Content",
            "{body}"
        );
        assert_eq!(
            door.heard.recv_timeout(patience()).expect("heard").task,
            TASK
        );
    }
}

#[test]
fn who_speaks_slowly_is_hung_up_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tell, heard) = tell_all();
    let door = Door {
        receiver: listen_for(&plan(&folder), tell, Duration::from_millis(300)).expect("a door"),
        heard,
        folder,
    };
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 15\r\n\r\n{{\"task_id\"",
        door.path()
    );
    for begun in ["", "POST / HT", "POST / HTTP/1.1\r\nhost: x\r\nx: y", &head] {
        let mut line = door.knock();
        line.write_all(begun.as_bytes()).expect("it is read");
        let began = Instant::now();
        // Drop by drop does not help either.
        while line.write_all(b"z").is_ok() && began.elapsed() < patience() {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        first_line(&mut line);
        assert!(
            began.elapsed() < patience(),
            "never hung up on after {begun:?}"
        );
    }
    assert!(door.heard.try_recv().is_err());
}

#[test]
fn a_crowd_that_says_nothing_cannot_keep_the_door_shut() {
    let folder = tempfile::tempdir().expect("a folder");
    let (tell, heard) = tell_all();
    let door = Door {
        receiver: listen_for(&plan(&folder), tell, Duration::from_millis(300)).expect("a door"),
        heard,
        folder,
    };
    let crowd: Vec<TcpStream> = (0..200).map(|_| door.knock()).collect();
    let deadline = Instant::now() + patience();
    while door.post(&door.path(), "{}") != "HTTP/1.1 204 No Content" {
        assert!(Instant::now() < deadline, "nobody is let in any more");
    }
    drop(crowd);
    assert_eq!(
        door.heard.recv_timeout(patience()).expect("heard").task,
        TASK
    );
}

#[test]
fn forged_calls_are_never_heard_however_many() {
    let door = door();
    for forged in 0..1000 {
        let path = format!("/{}/{forged:064x}", TASK.0);
        assert_eq!(door.post(&path, "{}"), "HTTP/1.1 404 Not Found");
    }
    assert_eq!(door.post(&door.path(), "{}"), "HTTP/1.1 204 No Content");
    assert_eq!(door.heard.iter().take(1).count(), 1);
    assert!(door.heard.try_recv().is_err());
}

#[test]
fn where_there_is_no_room_the_provider_is_asked_to_call_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, heard) = channel();
    let door = Door {
        receiver: listen(&plan(&folder), Arc::new(|_| false)).expect("a door"),
        heard,
        folder,
    };
    let answer = door.post(&door.path(), "{}");
    assert_eq!(answer, "HTTP/1.1 503 Service Unavailable");
}

#[test]
fn a_port_in_use_is_told_and_a_shut_door_frees_it() {
    let door = door();
    let taken = Plan {
        listen: Some(door.address()),
        ..plan(&door.folder)
    };
    let refused = listen(&taken, tell_all().0);
    let told = refused.err().expect("it is taken").to_string();
    assert_eq!(
        told,
        format!(
            "cannot listen on {}: another program has that port",
            door.address()
        )
    );
    let nowhere = Plan {
        listen: None,
        ..plan(&door.folder)
    };
    assert!(matches!(
        listen(&nowhere, tell_all().0),
        Err(WebhookError::NotPlanned)
    ));
    let path = door.path();
    drop(door.receiver);
    let deadline = Instant::now() + patience();
    let again = loop {
        match listen(&taken, tell_all().0) {
            Ok(again) => break again,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    };
    assert_eq!(
        format!("/{}", again.key().path(TASK)),
        path,
        "the secret stays the same"
    );
}
