#!/usr/bin/env bash
# Runs keyward once, on what the event brought in, and turns the result into annotations, a summary and outputs.
# Everything comes in by the environment; action.yml says what.
set -euo pipefail

keyward=${KEYWARD_BIN:-$RUNNER_TEMP/keyward/bin/keyward}
base=${KEYWARD_BASE:-} head=${KEYWARD_HEAD:-}
sarif=${KEYWARD_SARIF:-$RUNNER_TEMP/keyward.sarif}
case $sarif in /* | [A-Za-z]:*) ;; *) sarif=$PWD/$sarif ;; esac
lines=$RUNNER_TEMP/keyward.jsonl summary=$RUNNER_TEMP/keyward.md
rm -f "$lines" "$summary"
cd -- "${KEYWARD_PATH:-.}"

fail() {
  echo "::error::keyward: $1"
  echo "exit-code=2" >>"$GITHUB_OUTPUT"
  exit 2
}

is_commit() { git cat-file -e "$1^{commit}" 2>/dev/null; }

[[ $base != -* && $head != -* ]] || fail "\`base\` and \`head\` are names of commits"
if [[ $head =~ ^0+$ ]]; then
  echo "A branch or tag was deleted: there is nothing to scan."
  printf 'findings=0\nexit-code=0\nsarif=\n' >>"$GITHUB_OUTPUT"
  exit 0
fi
# A new branch has no commit before it, and after a forced push that commit may be gone: then all of the branch is new.
if [[ $base =~ ^0*$ ]] || { [[ ${GITHUB_EVENT_NAME:-} == push ]] && ! is_commit "$base"; }; then base=; fi

arguments=(history)
if [[ -n $base ]]; then
  arguments+=(--range "$base..${head:-HEAD}")
elif [[ -n $head ]]; then
  arguments+=(--range "$head")
fi

case ${KEYWARD_FAIL_ON:-any} in
  any) ;;
  findings) arguments+=(--allow-incomplete) ;;
  never) ;;
  *) fail "\`fail-on\` must be any, findings or never" ;;
esac
[[ -z ${KEYWARD_MIN_SEVERITY:-} ]] || arguments+=(--min-severity "$KEYWARD_MIN_SEVERITY")
[[ -z ${KEYWARD_MIN_CONFIDENCE:-} ]] || arguments+=(--min-confidence "$KEYWARD_MIN_CONFIDENCE")

# Where commits are checked, the configuration before them holds: they must not change the check.
if [[ -n ${KEYWARD_CONFIG_INPUT:-} ]]; then
  arguments+=(--config "$KEYWARD_CONFIG_INPUT")
elif [[ -n $base ]] && is_commit "$base"; then
  arguments+=(--config-from "$base")
fi

status=0
"$keyward" "${arguments[@]}" --format github --format "sarif=$sarif" --format "jsonl=$lines" --format "markdown=$summary" || status=$?

[[ ! -f $summary ]] || cat "$summary" >>"$GITHUB_STEP_SUMMARY"
{
  echo "findings=$(if [[ -f $lines ]]; then wc -l <"$lines" | tr -d ' '; fi)"
  echo "exit-code=$status"
  echo "sarif=$sarif"
} >>"$GITHUB_OUTPUT"
[[ ${KEYWARD_FAIL_ON:-any} == never ]] || exit "$status"
