#!/usr/bin/env bash
# Puts the program into $RUNNER_TEMP/keyward/bin: a release, checked against its checksum, or built from this source where
# there is no release for the platform or for this version of the action.
set -euo pipefail

root=$RUNNER_TEMP/keyward
source=$GITHUB_ACTION_PATH
own_version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/Cargo.toml" | head -n 1)
version=${KEYWARD_VERSION:-$own_version}
mkdir -p "$root/bin"

fail() {
  echo "::error::keyward: $1"
  exit 2
}

build() {
  command -v cargo >/dev/null || fail "$1, and there is no cargo to build it with; install Rust before this step"
  echo "keyward: $1; building it from source"
  cargo install --quiet --locked --path "$source" --root "$root"
  exit
}

[[ $version != source ]] || build "\`version: source\`"
[[ $version =~ ^v?[0-9]+(\.[0-9]+){2}(-[0-9A-Za-z.]+)?$ ]] || fail "\`version\` must be a version such as $own_version, or \`source\`"
version=${version#v}

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *)
    [[ $version != "$own_version" ]] || build "no release for $RUNNER_OS-$RUNNER_ARCH"
    fail "no release for $RUNNER_OS-$RUNNER_ARCH; use \`version: source\` to build one"
    ;;
esac

archive=keyward-$version-$target.tar.gz
releases=https://github.com/keyward/keyward/releases/download/v$version
fetch() { curl --fail --silent --show-error --location --proto '=https' --retry 3 "$@"; }
cd "$root"
status=0
fetch --remote-name "$releases/$archive" || status=$?
# 22: the server has no such file. A version that was asked for by name is never replaced by another one.
[[ $status != 22 || -n ${KEYWARD_VERSION:-} ]] || build "no release of $version"
((status == 0)) || fail "$archive cannot be downloaded; check \`version\`, or use \`version: source\`"
expected=${KEYWARD_SHA256:-}
[[ -n $expected ]] || expected=$(fetch "$releases/$archive.sha256" | cut -d ' ' -f 1) || expected=
actual=$(if command -v sha256sum >/dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi | cut -d ' ' -f 1)
[[ -n $expected && $actual == "$expected" ]] || fail "$archive has the checksum $actual, not ${expected:-any that is known}"
tar -xzf "$archive" -C bin
