#!/usr/bin/env bash
# Puts the program into $RUNNER_TEMP/keyward/bin: a release, checked against its checksum, or built from this source.
set -euo pipefail

root=$RUNNER_TEMP/keyward
source=$GITHUB_ACTION_PATH
own_version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source/Cargo.toml" | head -n 1)
version=${KEYWARD_VERSION:-$own_version}
mkdir -p "$root/bin"

if [[ $version == source ]]; then
  cargo install --quiet --locked --path "$source" --root "$root"
  exit
fi
if [[ ! $version =~ ^v?[0-9]+(\.[0-9]+){2}(-[0-9A-Za-z.]+)?$ ]]; then
  echo "::error::keyward: \`version\` must be a version such as $own_version, or \`source\`"
  exit 2
fi
version=${version#v}

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *)
    echo "::error::keyward: no release for $RUNNER_OS-$RUNNER_ARCH; use \`version: source\` to build one"
    exit 2
    ;;
esac

archive=keyward-$version-$target.tar.gz
releases=https://github.com/keyward/keyward/releases/download/v$version
cd "$root"
curl --fail --silent --show-error --location --proto '=https' --retry 3 --remote-name "$releases/$archive"
expected=${KEYWARD_SHA256:-}
if [[ -z $expected ]]; then
  expected=$(curl --fail --silent --show-error --location --proto '=https' --retry 3 "$releases/$archive.sha256" | cut -d ' ' -f 1)
fi
actual=$(if command -v sha256sum >/dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi | cut -d ' ' -f 1)
if [[ -z $expected || $actual != "$expected" ]]; then
  echo "::error::keyward: $archive has the checksum $actual, not ${expected:-any that is known}"
  exit 2
fi
tar -xzf "$archive" -C bin
