//! The program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    fuzzbox::cli::run()
}
