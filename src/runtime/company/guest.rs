//! Beside a program that has the engine: its changes are shown, and its end is waited for.
//!
//! Invariant: whoever asks for the lock asks soon after that program has ended, and seldom while it lives.

use super::{Keeping, LATER, SOON, Word};

impl Keeping {
    /// Goes on until this program has the lock.
    pub(super) async fn be_guest(&mut self) {
        let mut pause = SOON;
        loop {
            match self.company.profile.try_own() {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the lock cannot be asked for"),
            }
            if self.follow().await {
                pause = SOON;
            }
            // Where there is no line, one looks now and then.
            self.look().await;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LATER);
        }
    }

    /// Follows the program that has the engine to its end. Tells whether it could be followed.
    #[cfg(unix)]
    async fn follow(&mut self) -> bool {
        let Ok(line) = self.company.profile.call().await else {
            return false;
        };
        loop {
            tokio::select! {
                heard = line.hear() => {
                    if heard.is_empty() {
                        return true;
                    }
                    if heard.contains(&Word::Token.byte()) {
                        self.read_token().await;
                    }
                    self.look().await;
                }
                Some(word) = self.said.recv() => line.say(word.byte()),
            }
        }
    }

    #[cfg(not(unix))]
    async fn follow(&mut self) -> bool {
        false
    }
}
