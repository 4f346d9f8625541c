//! What the person reads who started a server.

use std::io::{self, IsTerminal as _, Write as _};

use crate::server::{Server, auth::Token, reach, tls::fingerprint};

/// Tokens the server made itself, to be told to the person who started it.
pub(super) struct Generated {
    pub edit: Option<Token>,
    pub view: Option<Token>,
}

/// Tells the person at the terminal where the server is. Standard output, and not the log: it may hold tokens.
pub(super) fn announce(server: &Server, generated: Option<&Generated>) {
    let mut output = io::stdout();
    let text = announcement(server, generated, output.is_terminal());
    // In one piece, and whether anybody reads it or not: a supervisor may have closed what nobody looks at.
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

fn announcement(server: &Server, generated: Option<&Generated>, is_terminal: bool) -> String {
    let mut lines = Vec::new();
    if let Some(Generated { edit, view }) = generated {
        let tokens = [
            ("edit", edit, "--edit-token or TIDEBOARD_EDIT_TOKEN"),
            ("view", view, "--view-token or TIDEBOARD_VIEW_TOKEN"),
        ];
        let is_any_made = edit.is_some() || view.is_some();
        let told = tokens.into_iter().filter_map(|(right, token, option)| match token {
            Some(token) => Some(format!("Token to {right}: {}", token.reveal())),
            // That there is another one: else what was made is taken for all there is. Who has chosen it knows it.
            None => is_any_made.then(|| format!("Token to {right}: the one that you gave it ({option})")),
        });
        lines.extend(told);
    }
    // Who chose the tokens may have done so to keep secrets out of where this output goes.
    let may_hold_secrets = is_terminal || !lines.is_empty();
    let reach = server.reach();
    let origins = reach.origins();
    if reach.has_authority && origins.is_empty() && !reach.listen.ip().is_loopback() {
        lines.push("This machine has no private address, and its own authority vouches for no other.".to_owned());
    }
    let origins = origins.into_iter().chain(reach.local_origin());
    lines.extend(origins.map(|origin| format!("Tideboard is at {origin}")));
    if let Some(authority) = server.authority() {
        lines.push(format!(
            "SHA-256 fingerprint of its authority: {}",
            fingerprint(authority)
        ));
    }
    if may_hold_secrets {
        lines.extend(reach::greeting(server, is_terminal));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::{ServerConfig, auth::Policy, reach::Reach};

    #[test]
    fn a_code_is_printed_where_its_reader_may_see_secrets_and_no_token_is_ever_in_it() {
        let token = |text: &str| Token::parse(text).unwrap();
        let server = Server::open(ServerConfig {
            policy: Policy::Tokens {
                edit: token("edit-0123456789abcdef"),
                view: token("view-0123456789abcdef"),
            },
            reach: Reach {
                listen: "192.168.7.5:8080".parse().unwrap(),
                ..Reach::default()
            },
            ..ServerConfig::local()
        });
        let server = server.unwrap();
        let chosen = Generated { edit: None, view: None };
        let service = announcement(&server, Some(&chosen), false);
        assert_eq!(service, "Tideboard is at http://192.168.7.5:8080\n");
        let made = Generated {
            edit: Some(token("edit-0123456789abcdef")),
            view: None,
        };
        let piped = announcement(&server, Some(&made), false);
        let mut lines = piped.lines();
        assert_eq!(lines.next(), Some("Token to edit: edit-0123456789abcdef"));
        assert_eq!(
            lines.next(),
            Some("Token to view: the one that you gave it (--view-token or TIDEBOARD_VIEW_TOKEN)")
        );
        assert_eq!(lines.next(), Some("Tideboard is at http://192.168.7.5:8080"));
        let (said, code) = lines.next().and_then(|line| line.rsplit_once('#')).expect("a code");
        assert_eq!(
            said,
            "To let one phone edit, within 10 minutes: http://192.168.7.5:8080/join"
        );
        assert!(
            code.len() == 32 && !code.contains("edit"),
            "128 bits of its own: {code}"
        );
        let terminal = announcement(&server, Some(&chosen), true);
        assert!(
            terminal.contains("\x1b[30;107m") && terminal.contains("/join#"),
            "{terminal}"
        );
    }

    #[test]
    fn where_the_authority_vouches_for_nothing_it_is_said() {
        let server = Server::open(ServerConfig {
            reach: Reach {
                listen: "203.0.113.7:443".parse().unwrap(),
                is_secure: true,
                has_authority: true,
            },
            ..ServerConfig::local()
        });
        let said = announcement(&server.unwrap(), None, false);
        assert!(
            said.contains("no private address") && !said.contains("203.0.113.7"),
            "{said}"
        );
    }
}
