//! L6: from the command line to a command and its exit status.
//!
//! [`args`] says what can be written, `settings` what it means, `logging` and `errors` how standard error looks.

pub mod args;
mod errors;
mod help;
mod logging;
mod settings;

use crate::commands::pre_receive::Late;
use crate::commands::{self, Console, Outcome};
use anstream::ColorChoice;
use args::{Cli, Command, ConfigCommand, HookCommand, RulesCommand};
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

pub use errors::install_panic_hook;

/// Runs what the command line says, prints errors, and returns the exit status.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments).and_then(settings::reject_misplaced) {
        Ok(cli) => cli,
        Err(error) => {
            let error = errors::with_hint(error);
            errors::print_usage(&error);
            return if error.use_stderr() { Outcome::Failed.code() } else { Outcome::Clean.code() };
        }
    };
    let look = settings::Look::new(&cli.global);
    logging::init(&cli.global, look);
    let mut stdout = anstream::AutoStream::new(std::io::stdout(), look.stdout_choice());
    let progress = std::io::stderr().is_terminal() && !cli.global.quiet;
    let mut console = Console { stdout: &mut stdout, style: look.style(), progress };
    match dispatch(cli, &mut console) {
        Ok(outcome) => outcome.code(),
        Err(error) => {
            errors::print(&error, look.stderr_color());
            Outcome::Failed.code()
        }
    }
}

fn dispatch(cli: Cli, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    settings::reports(&cli).try_for_each(commands::output::forget)?;
    match cli.command {
        None => scan(args::ScanArgs { paths: Vec::new(), flags: cli.bare }, console),
        Some(Command::Scan(args)) => scan(args, console),
        Some(Command::Staged(args)) => {
            let (session, options) = settings::staged(args)?;
            commands::staged::run(session, &options, console)
        }
        Some(Command::History(args)) => {
            let (session, options) = settings::history(args)?;
            commands::history::run(session, &options, console)
        }
        Some(Command::Ci(args)) => {
            let (session, options, plan) = settings::ci(args)?;
            commands::ci::run(session, &options, &plan, console)
        }
        Some(Command::PrePush(args)) => pre_push(args, console),
        Some(Command::PreReceive(args)) => pre_receive(args, console),
        Some(Command::Hook(command)) => hook(&command, console),
        Some(Command::Allow(args)) => {
            let path = settings::config_to_change(args.config)?;
            commands::allow::run(&path, &args.fingerprints, args.reason.as_deref(), console)
        }
        Some(Command::Baseline(command)) => {
            let (session, action, target) = settings::baseline(command)?;
            commands::baseline::run(session, &action, target, console)
        }
        Some(Command::Explain(args)) => {
            let (session, question) = settings::explain(args)?;
            commands::explain::run(&session, &question, &mut std::io::stdin().lock(), console)
        }
        Some(Command::Import(args)) => {
            let (session, imported, target) = settings::import(args)?;
            commands::import::run(session, &imported, &target, console)
        }
        Some(Command::Config(ConfigCommand::Show(args))) => commands::config::show(&settings::shown_config(*args)?, console),
        Some(Command::Config(ConfigCommand::Schema)) => commands::config::schema(console),
        Some(Command::Rules(command)) => rules(command, console),
        Some(Command::Completions { shell }) => {
            // Written to memory first: the generator panics where standard output is closed.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "keyward", &mut script);
            commands::output::to_stdout(console.stdout, |out: &mut dyn Write| out.write_all(&script))?;
            Ok(Outcome::Clean)
        }
    }
}

fn scan(args: args::ScanArgs, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let (session, input, follow) = settings::scan(args)?;
    commands::scan::run(session, input, follow, &mut std::io::stdin().lock(), console)
}

fn pre_push(args: args::PrePushArgs, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        anyhow::bail!("git runs this as its pre-push hook; to scan what a push would publish, run `keyward history --not-in origin`");
    }
    let url = args.url.clone();
    let (session, options) = settings::pre_push(args)?;
    commands::pre_push::run(session, options, url.as_deref(), &mut stdin.lock(), console)
}

fn pre_receive(args: args::PreReceiveArgs, console: &Console<'_>) -> anyhow::Result<Outcome> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        anyhow::bail!("git runs this as its pre-receive hook; to scan a range by hand, run `keyward history --range A..B`");
    }
    let limit = Duration::from_secs(args.timeout);
    let late = match args.on_timeout {
        args::LateArg::Reject => Late::Reject,
        args::LateArg::Accept => Late::Accept,
    };
    let (style, color) = (console.style, if console.style.color { ColorChoice::Always } else { ColorChoice::Never });
    commands::pre_receive::within(limit, late, move || {
        let mut stdout = anstream::AutoStream::new(std::io::stdout(), color);
        let mut console = Console { stdout: &mut stdout, style, progress: false };
        let (session, options, has_own) = settings::pre_receive(args)?;
        let check = |revision: &str| settings::check(Path::new("."), revision, has_own);
        commands::pre_receive::run(session, options, &mut std::io::stdin().lock(), &check, &mut console)
    })
}

fn hook(command: &HookCommand, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    match command {
        HookCommand::Install(args) => commands::hook::install(&settings::hooks(args), args.global, console),
        HookCommand::Uninstall(args) => commands::hook::uninstall(&settings::hooks(args), args.global, console),
        HookCommand::Status { global } => commands::hook::status(*global, console),
    }
}

fn rules(command: RulesCommand, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    match command {
        RulesCommand::List(args) => commands::rules::list(&settings::rules_config(&args.rules)?, args.format.into(), console),
        RulesCommand::Show(args) => commands::rules::show(&settings::rules_config(&args.rules)?, &args.id, args.format.into(), console),
        RulesCommand::Docs => commands::rules::docs(console),
        RulesCommand::Schema => commands::rules::schema(console),
        RulesCommand::Check { files } => commands::rules::check(&files, console),
    }
}
