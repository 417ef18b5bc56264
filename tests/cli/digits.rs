//! The digits that version 0.1 printed, command by command, under the default seed and others.
//!
//! `tests/references/digits-cli.csv` holds what the binary of version 0.1.0 (commit 1a80438) answered with `--json`: risk (or weight), standard
//! error, failed fits and exit code.

use serde_json::Value;

use crate::{run, text};

#[test]
fn commands_print_the_digits_of_version_0_1() {
    let mut lines = include_str!("../references/digits-cli.csv").lines();
    assert_eq!(lines.next(), Some("command;estimate;std_error;failed_fits;exit_code"));
    let mut commands = 0;
    for line in lines {
        let [command, estimate, std_error, failed, code] = line.split(';').collect::<Vec<_>>()[..] else {
            panic!("{line}: not five fields")
        };
        let output = run(&format!("{command} --json"));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{command}: {e}"));
        let key = if command.starts_with("optimize") { "weight" } else { "risk" };
        let number = |text: &str| text.parse::<f64>().unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(found[key].as_f64(), Some(number(estimate)), "{command}");
        assert_eq!(found["std_error"].as_f64(), Some(number(std_error)), "{command}");
        assert_eq!(found["failed_fits"].to_string(), failed, "{command}");
        assert_eq!(
            output.status.code().map(|c| c.to_string()).as_deref(),
            Some(code),
            "{command}: {}",
            text(&output.stderr)
        );
        commands += 1;
    }
    assert_eq!(commands, 39);
}
