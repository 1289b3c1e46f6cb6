//! No song is lost and none is paid for twice, whatever dies.

use super::{open, quit, write_prompt};
use crate::support::program::Server;
use crate::support::pty::Home;

#[test]
fn killed_while_a_song_is_made_it_gets_it_after_all() {
    let home = Home::new();
    let server = Server::scripted("steady");
    let pty = open(&server.studio(&home));
    write_prompt(&pty, "killed midway");
    pty.key("ctrl-g");
    pty.wait_outside("the order", || server.orders() == 1);
    pty.kill();
    pty.wait_exit();

    let pty = open(&server.studio(&home));
    pty.wait_for("1 song ");
    pty.wait_for("done");
    assert_eq!(server.orders(), 1);
    quit(&pty);
    let pty = open(&server.studio(&home));
    pty.wait_for("1 song ");
    assert_eq!(server.orders(), 1);
    quit(&pty);
}

#[test]
fn orders_whose_answers_are_lost_are_found_and_not_sent_again() {
    let home = Home::new();
    let server = Server::scripted("lost-answer");
    let pty = open(&server.studio(&home));
    write_prompt(&pty, "told too late");
    pty.key("ctrl-g");
    pty.wait_outside("the order", || server.orders() == 1);
    pty.wait_for("submitting");
    pty.kill();
    pty.wait_exit();

    let pty = open(&server.studio(&home));
    pty.wait_for("1 song ");
    assert_eq!(server.orders(), 1);
    write_prompt(&pty, "never told");
    pty.key("ctrl-g");
    pty.wait_for("2 songs");
    assert_eq!(server.orders(), 2);
    quit(&pty);
}

#[test]
fn an_order_that_met_nobody_goes_out_when_somebody_is_there() {
    let home = Home::new();
    let server = Server::quick();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = nobody.local_addr().expect("it is bound");
    drop(nobody);
    let url = format!("http://{address}");
    let pty = open(&server.studio(&home).env("ACEDATACLOUD_API_BASE_URL", url));
    write_prompt(&pty, "nobody is there");
    pty.key("ctrl-g");
    pty.wait_for("1 waiting");
    quit(&pty);
    let pty = open(&server.studio(&home));
    pty.wait_for("1 song ");
    assert_eq!(server.orders(), 1);
    quit(&pty);
}
