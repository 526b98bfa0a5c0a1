# SPDX-License-Identifier: BSD-2-Clause
#
# For scripts that need something from the distribution without installing it: an apt with separate lists and archives,
# which knows the machine's mirror, keys and packages but locks and changes nothing. To be sourced by a script that has
# set `me`, its name.
#
#     codename            of the distribution
#     cache               where such things are kept, outside of the checkout, so that a second clone finds them
#     NO_NETWORK          exit code that says so
#     fail CODE TEXT...   ends the script
#     own_apt DIR KIND [SUITE]
#                         from now on apt-get is that apt, with its files in DIR. KIND is deb or deb-src; SUITE is one
#                         more suite of the main mirror. Sets `log`, where the last output of apt may go.
# shellcheck shell=sh

NO_NETWORK=75

fail() {
    code=$1
    shift
    # shellcheck disable=SC2154 # set by the script
    echo "$me: $*" >&2
    exit "$code"
}

command -v apt-get >/dev/null || fail 2 'no apt-get here'
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$codename" ] || fail 2 '/etc/os-release names no VERSION_CODENAME'

# shellcheck disable=SC2034 # used by the script
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/touchstone

own_apt() {
    dir=$1 kind=$2 suite=${3:-}
    mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
    # shellcheck disable=SC2034 # used by the script
    log=$dir/log

    # One line for each of the machine's own sources of this release: "release uri component file:entry".
    # shellcheck disable=SC2016 # the fields are apt's to fill in
    sources=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI) $(COMPONENT) $(SOURCESENTRY)' 'Created-By: Packages' |
        grep "^${codename}[ -]" | sort -u) || fail 2 "apt knows no source for $codename"
    main=$(echo "$sources" | grep "^$codename " | head -n 1) || fail 2 "apt knows no source for $codename itself"
    uri=$(echo "$main" | cut -d ' ' -f 2)
    file=$(echo "$main" | cut -d ' ' -f 4- | sed 's/:[0-9]*$//')
    key=$(sed -n 's/.*[Ss]igned-[Bb]y[:=] *\(\/[^] ]*\).*/\1/p' "$file" | head -n 1)
    {
        [ -z "$suite" ] || echo "$suite $uri main"
        echo "$sources"
    } | while read -r release uri component _; do
        echo "$kind ${key:+[signed-by=$key] }$uri $release $component"
    done | sort -u >"$dir/sources.list"

    cat >"$dir/apt.conf" <<END
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$dir/cache";
Debug::NoLocking "true";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
END
    export APT_CONFIG="$dir/apt.conf"
}
