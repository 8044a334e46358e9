# A repository cloned by the protocol of git.
# shellcheck shell=sh disable=SC2154

needs git
mkdir "$work/tree"
(
	cd "$work/tree" || exit
	export HOME="$work" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Ann \
	    GIT_AUTHOR_EMAIL=ann@office.test GIT_COMMITTER_NAME=Ann \
	    GIT_COMMITTER_EMAIL=ann@office.test
	git init -q -b main
	echo 'Notes from the office' >notes.txt
	git add notes.txt
	git commit -q -m 'The first notes'
)
for port in 9418 8418; do
	start "$server" env GIT_CONFIG_COUNT=1 \
	    GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' \
	    git daemon --base-path="$work" --export-all --port="$port"
	wait_for_port "$port"
done
capture git.pcap tcp
quietly git clone -q git://10.77.1.2/tree "$work/one"
quietly git ls-remote git://10.77.1.2:8418/tree
stop_capture git.pcap
