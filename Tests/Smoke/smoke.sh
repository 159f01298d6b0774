#!/bin/bash
# Drives the program in a real terminal (tmux) on the demo cluster: start, move, filter, resize, help, quit, SIGTERM, crash.
# After every way out the terminal must be sane: main screen, echo and line editing on.
# Swift's own crash reporter is off: it would ask questions on the terminal.
# usage: smoke.sh PATH-TO-SEXTANT
set -u
program=$(realpath "$1")
command -v tmux > /dev/null || { echo "smoke: skipped, tmux is not installed"; exit 0; }

export TERM=screen-256color LC_ALL=C.UTF-8 TZ=UTC
socket=sextant-smoke-$$
home=$(mktemp -d)
trap 'tmux -L "$socket" kill-server 2> /dev/null; sleep 0.5; rm -rf "$home"' EXIT

t() { tmux -L "$socket" "$@"; }
screen() { t capture-pane -p; }
keys() { t send-keys "$@"; }
passed=0 failed=0
check() { # name command...: counts, and shows the screen of a failure
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "smoke: FAILED: $name; the screen:"
        screen
    fi
}
# Polls until a command succeeds; two minutes at most.
eventually() {
    for _ in $(seq 1200); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}
matches() { screen | grep -qE -- "$1"; }
# What cannot be looked at shows nothing, and is no proof.
lacks() { local seen; seen=$(screen) && [ -n "$seen" ] && ! grep -qE -- "$1" <<< "$seen"; }
# Waits until the screen matches (or, with !, no longer matches) an extended regular expression.
shows() { if [ "$1" = ! ]; then eventually lacks "$2"; else eventually matches "$1"; fi; }
has_moved() { [ "$first" != "$(screen | grep -n '^▸')" ]; }
pid() { pgrep -n -P "$(t display -p '#{pane_pid}')" -f "^$program demo"; }
is_on_main_screen() { [ "$(t display -p '#{alternate_on} #{mouse_any_flag} #{cursor_flag}')" = "0 0 1" ]; }
is_sane() { # main screen, and the modes that the shell had before
    eventually is_on_main_screen || return 1
    keys "clear; stty -g | sha1sum | cut -c1-12 | sed 's/^/modes-/'" Enter
    shows "modes-$modes"
}
start() {
    keys "clear; $program demo --seed 1" Enter
    shows 'Pods.*[0-9]' && shows 'Running'
}

t -f /dev/null new-session -d -x 80 -y 24 "env -i SWIFT_BACKTRACE=enable=no HOME=$home PATH=$PATH TERM=$TERM LC_ALL=$LC_ALL TZ=$TZ PS1='$ ' bash --norc --noprofile"
shows '\$'
keys "clear; stty -g | sha1sum | cut -c1-12 | sed 's/^/modes-/'" Enter
shows 'modes-[0-9a-f]{12}'
modes=$(screen | sed -nE 's/^modes-([0-9a-f]{12})$/\1/p' | tail -n 1)

check "the demo opens on its pods" start
first=$(screen | grep -n '^▸')
keys j j
check "j moves the selection" eventually has_moved
keys /
keys -l 'checkout'
check "a filter narrows the rows as it is typed" shows '/checkout'
keys Enter
keys Escape
check "Esc clears the filter" shows ! '/checkout'
keys '?'
check "? shows the keys" shows 'Help'
keys Escape
check "Esc closes the help" shows ! 'Help'
keys : && keys -l 'svc' && keys Enter
check ":svc shows services" shows 'Services'
keys Escape
check "Esc goes back to the pods" shows 'Pods'
t resize-window -x 120 -y 40
check "a larger window is filled" shows 'AGE'
t resize-window -x 40 -y 10
check "40 columns still show the table" shows 'NAME'
t resize-window -x 80 -y 24
keys y
check "y shows the YAML" shows 'apiVersion'
keys Escape

# Panes: the table, logs and a shell side by side; tabs on a small screen.
t resize-window -x 160 -y 48
keys / && keys -l 'status:running' && keys Enter
keys l
check "logs stand below the table" shows 'Logs .*following'
check "the table stays on the screen" shows 'Pods'
keys Tab s
check "a shell stands beside them" shows 'Shell .*running'
keys -l 'echo pa""nes' && keys Enter
check "the shell does what is typed" shows '^.*│ ?panes'
t resize-window -x 80 -y 24
check "on a small screen panes are tabs" shows '▸3 shell'
keys C-]
check "one key leaves the shell" shows '▸1 pods'
t resize-window -x 160 -y 48
check "a larger screen shows them side by side again" shows 'Shell .*running'
keys C-t 3
keys -l 'exit 3' && keys Enter
check "the exit status is shown" shows 'exited 3|exit code 3'
keys Escape
check "Esc closes what has ended" shows ! 'Shell '
check "the logs go on" shows 'Logs .*following'
keys Tab Escape Escape
t resize-window -x 80 -y 24
keys : && keys -l 'q' && keys Enter
check "the terminal is sane after :q" is_sane

check "the demo opens again" start
kill -TERM "$(pid)"
check "the terminal is sane after SIGTERM" is_sane

check "the demo opens a third time" start
kill -HUP "$(pid)"
check "the terminal is sane after SIGHUP" is_sane

check "the demo opens a fourth time" start
kill -ILL "$(pid)" # what a Swift trap raises
check "the terminal is sane after a crash" is_sane

cat > "$home/login" <<'END'
#!/bin/sh
printf 'Code: ' >&2
read -r code
[ "$code" = AB12 ] || exit 1
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc"}}'
END
chmod +x "$home/login"
cat > "$home/config" <<END
current-context: dev
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "$home/login", interactiveMode: Always}}}]
contexts: [{name: dev, context: {cluster: c, user: u}}]
END
keys "clear; $program --kubeconfig $home/config" Enter
check "a credential program asks on the terminal" shows '^Code:'
keys C-z
check "Ctrl-Z stops it and the program together" shows 'Stopped'
keys "clear; fg" Enter
check "fg brings both back" shows 'sextant'
keys AB12 Enter
check "the screen comes back after the answer" shows '127.0.0.1:1 refused'
keys C-c
check "the terminal is sane after a credential program had it" is_sane

echo "smoke: $passed passed, $failed failed"
[ "$failed" = 0 ]
