#!/usr/bin/env bash
# Runs `keyward ci` once and turns the result into annotations, a summary and outputs.
# Everything comes in by the environment; action.yml says what. The range is found by keyward, from the event.
set -euo pipefail

keyward=${KEYWARD_BIN:-$RUNNER_TEMP/keyward/bin/keyward}
base=${KEYWARD_BASE:-} head=${KEYWARD_HEAD:-} range=${KEYWARD_RANGE:-} fail_on=${KEYWARD_FAIL_ON:-any}

# Paths of the inputs are relative to where the step runs, not to `path`.
absolute() { case $1 in /* | [A-Za-z]:*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }
sarif=$(absolute "${KEYWARD_SARIF:-$RUNNER_TEMP/keyward.sarif}")
lines=$RUNNER_TEMP/keyward.jsonl summary=$RUNNER_TEMP/keyward.md taken=$RUNNER_TEMP/keyward.range
# What an earlier step left must not pass for what this one found.
for left in "$sarif" "$lines" "$summary" "$taken"; do
  [[ ! -f $left ]] || rm -f "$left"
done

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

fail() {
  echo "::error::keyward: $1"
  output exit-code 2
  exit 2
}

case $fail_on in any | findings | never) ;; *) fail "\`fail-on\` must be any, findings or never" ;; esac
[[ -z $range || -z $base$head ]] || fail "give \`range\`, or \`base\` and \`head\`, not both"
[[ -n $range || -z $base$head ]] || range=$base..${head:-HEAD}
[[ -n $base || -z $head ]] || range=$head

# Joined with `=`, so that no value can be taken for a flag.
arguments=(--format github "--format=sarif=$sarif" "--format=jsonl=$lines" "--format=markdown=$summary" "--range-output=$taken")
[[ -z $range ]] || arguments+=("--range=$range")
[[ $fail_on != findings ]] || arguments+=(--allow-incomplete)
[[ -z ${KEYWARD_CONFIG_INPUT:-} ]] || arguments+=("--config=$(absolute "$KEYWARD_CONFIG_INPUT")")
[[ -z ${KEYWARD_BASELINE:-} ]] || arguments+=("--baseline=$(absolute "$KEYWARD_BASELINE")")
[[ -z ${KEYWARD_MIN_SEVERITY:-} ]] || arguments+=("--min-severity=$KEYWARD_MIN_SEVERITY")
[[ -z ${KEYWARD_MIN_CONFIDENCE:-} ]] || arguments+=("--min-confidence=$KEYWARD_MIN_CONFIDENCE")
[[ -z ${KEYWARD_CACHE:-} ]] || arguments+=("--cache=$KEYWARD_CACHE")
# Split at blanks and nothing else: no quotes, variables or patterns.
set -f
# shellcheck disable=SC2206
arguments+=(${KEYWARD_ARGS:-})
set +f

cd -- "${KEYWARD_PATH:-.}" || fail "\`path\` is no directory"
status=0
"$keyward" ci "${arguments[@]}" || status=$?

[[ ! -f $summary ]] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
output findings "$(if [[ -f $lines ]]; then wc -l <"$lines" | tr -d ' '; fi)"
output exit-code "$status"
output sarif-file "$(if [[ -f $sarif ]]; then printf '%s' "$sarif"; fi)"
output range "$(if [[ -f $taken ]]; then head -n 1 "$taken"; fi)"
[[ $fail_on == never ]] || exit "$status"
