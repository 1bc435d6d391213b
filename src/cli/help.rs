//! L6: what `--help` says behind the options: examples and exit statuses.

const EXIT: &str = "\
Exit status:
  0  everything in scope was scanned, and nothing was found
  1  findings (also where something could not be scanned besides: the report says so)
  2  the scan failed, or something in scope could not be scanned; never read this as all clear";

pub(super) fn top_help() -> String {
    format!(
        "Examples:
  keyward                              scan the working directory
  keyward staged                       scan what the next commit would record
  keyward history                      scan every commit, branch and tag
  keyward history --range main..HEAD   scan what a branch adds
  git diff | keyward scan --diff -     scan what a diff adds
  keyward --format sarif=out.sarif --format text

{EXIT}"
    )
}

pub(super) fn scan_help() -> String {
    format!(
        "Examples:
  keyward scan
  keyward scan src config/app.env
  kubectl get secret -o yaml | keyward scan - --stdin-name secrets.yaml
  gh pr diff 7 | keyward scan --diff -               what a diff adds, under its own names
  keyward scan --format json --output report.json
  keyward scan --rules all --min-confidence low      everything, for an audit

{EXIT}"
    )
}

pub(super) fn staged_help() -> String {
    format!(
        "Examples:
  keyward staged
  keyward staged --whole-files
  keyward staged src/                                only below src

{EXIT}"
    )
}

pub(super) fn history_help() -> String {
    format!(
        "Examples:
  keyward history
  keyward history ../other-repository
  keyward history --range origin/main..HEAD          what a pull request adds
  keyward history --range origin/main..HEAD --config-from origin/main
  keyward history --not-in origin                    what a push would publish
  keyward history --since 2024-01-01 --branch main

{EXIT}"
    )
}

pub(super) fn ci_help() -> String {
    format!(
        "Examples:
  keyward ci
  keyward ci --format text --format sarif=keyward.sarif
  keyward ci --range origin/main..HEAD

{EXIT}"
    )
}

pub(super) fn pre_push_help() -> String {
    format!(
        "Examples:
  keyward hook install --pre-push                    lets git run it
  keyward pre-push \"$@\"                             the line of a pre-push hook

{EXIT}"
    )
}

pub(super) fn pre_receive_help() -> String {
    format!(
        "Examples:
  exec keyward pre-receive                           the line of hooks/pre-receive in a bare repository
  exec keyward pre-receive --config /etc/keyward.yaml --timeout 20

Every status but 0 makes git refuse the push.

{EXIT}"
    )
}

pub(super) const HOOK_INSTALL_HELP: &str = "\
Examples:
  keyward hook install
  keyward hook install --pre-commit --pre-push
  keyward hook install --global

Exit status:
  0  installed, or was already
  2  not installed: no repository, or husky or lefthook manage its hooks (the message says what to add)";

pub(super) const HOOK_UNINSTALL_HELP: &str = "\
Examples:
  keyward hook uninstall
  keyward hook uninstall --pre-push

Exit status:
  0  none of the hooks is keyward's any more
  2  a hook could not be changed";

pub(super) const ALLOW_HELP: &str = "\
Examples:
  keyward allow kw1:0123456789abcdef0123456789abcdef --reason 'example of the documentation'

A fingerprint stands for one secret of one rule in one file, wherever it moves in that file and in whichever commit.

Exit status:
  0  the findings are accepted
  2  the configuration could not be changed";

pub(super) const BASELINE_EXIT: &str = "\
Exit status:
  0  done
  2  the baseline is malformed, or not everything could be scanned; nothing was changed";

pub(super) const BASELINE_CREATE_HELP: &str = "\
Examples:
  keyward baseline create --reason 'before keyward came'
  keyward baseline create --output legacy.baseline legacy/

The file is meant to be committed. It holds no secret, only salted slow hashes.

Exit status:
  0  made
  2  it is there already, or not everything could be scanned; nothing was changed";

pub(super) const BASELINE_CHECK_HELP: &str = "\
Exit status:
  0  every entry is in use
  1  entries are unused or expired; each is listed
  2  the baseline is malformed, or not everything could be scanned";

pub(super) const EXPLAIN_HELP: &str = "\
Examples:
  keyward explain src/app.env:12
  keyward explain --text 'DB_PASSWORD=example' --min-confidence low
  git show HEAD:app.env | keyward explain -:12 --format json

Each answer is what a scan would say, with these settings, of the value that is marked. Encoded text is looked into
by scans, but of it only matches are listed here; decode it to see why something in it is none.

Exit status:
  0  explained, whatever the answer
  2  the text could not be read, or has no such line";

pub(super) const IMPORT_HELP: &str = "\
Examples:
  keyward import .gitleaks.toml .gitleaksignore
  keyward import .gitleaks.toml --write
  keyward import leaks.json --from gitleaks-report --write --reason 'accepted before keyward came'

Exit status:
  0  done; what could not be carried over is listed
  2  a file cannot be read or is malformed, or has to be changed by hand; nothing was changed";

pub(super) const COMPLETIONS_HELP: &str = "\
Examples:
  keyward completions bash > ~/.local/share/bash-completion/completions/keyward
  keyward completions zsh  > ~/.zfunc/_keyward
  keyward completions fish > ~/.config/fish/completions/keyward.fish";

pub(super) const RULES_LIST_HELP: &str = "\
Examples:
  keyward rules list
  keyward rules list --format json | jq '.[].id'";

pub(super) const RULES_SHOW_HELP: &str = "\
Examples:
  keyward rules show github-pat-classic";

pub(super) const RULES_DOCS_HELP: &str = "\
Examples:
  keyward rules docs > docs/rules.md";

pub(super) const RULES_SCHEMA_HELP: &str = "\
Examples:
  keyward rules schema > keyward-rules.schema.json

The first line of a rule file tells editors:
  # yaml-language-server: $schema=keyward-rules.schema.json";

pub(super) const CONFIG_SCHEMA_HELP: &str = "\
Examples:
  keyward config schema > keyward.schema.json

The first line of .keyward.yaml tells editors:
  # yaml-language-server: $schema=keyward.schema.json";

pub(super) const RULES_CHECK_HELP: &str = "\
Examples:
  keyward rules check my-rules.yaml

Exit status:
  0  all rules are good
  1  an example is not found, or a negative is
  2  a file cannot be read, or a rule does not compile";
