//! That a person who acts on the command line is there: `--as` names anybody, and what takes two persons takes two who prove
//! who they are.

use super::Told;
use super::installation::fresh;
use crate::app::App;
use crate::caller::Calling;
use crate::config::Settings;
use std::io::{BufRead as _, IsTerminal as _};
use store::Store;

/// Lets a person go on who brings an access token of theirs, of a sign-in with a second factor in the last five minutes: from
/// `/signin` or `/signin/again` of a running server, or from the issuer that signs them in. A token that `trialgraph token`
/// made proves nobody.
pub(super) async fn demand(settings: &Settings, store: &Store, user: &str) -> Told<()> {
    let token = asked(user)?;
    let app = App::over(settings.clone(), store.clone(), Vec::new()).await?;
    let calling = Calling { token: Some(token.trim()), request_id: fresh() };
    let known = calling.known(&app).await.map_err(|failure| failure.public)?;
    if !known.actor.name.eq_ignore_ascii_case(user) {
        return Err(format!("the access token is not one of `{user}`"));
    }
    app.trust.proved_lately(&known.caller, known.now).map_err(|stale| stale.message().to_owned())
}

fn asked(user: &str) -> Told<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!(
            "Paste an access token of `{user}`, of a sign-in in the last five minutes, and press Enter:"
        );
    }
    let mut line = String::new();
    let read = input.lock().read_line(&mut line).map_err(|error| error.to_string())?;
    if read == 0 {
        return Err(format!(
            "`{user}` has to prove who they are: give an access token of a sign-in in the last five minutes on standard input"
        ));
    }
    Ok(line)
}
