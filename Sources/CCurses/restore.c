#define _GNU_SOURCE
#include "internal.h"
#include "include/ccurses.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

int sx_input = STDIN_FILENO;
int sx_output = STDOUT_FILENO;

// Everything that the handler reads is written before `active` is set, and only then.
static volatile sig_atomic_t active;
static struct termios saved_modes;
static char restore_text[256];
static size_t restore_length;
static char program_name[64];
static char log_file[4096];
static int saved_stderr = -1;
static volatile sig_atomic_t stderr_redirected;

static const int fatal_signals[] = {
    SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGTERM, SIGHUP, SIGINT, SIGQUIT,
};
enum { fatal_count = sizeof fatal_signals / sizeof *fatal_signals, crash_count = 6 };
static struct sigaction previous[fatal_count];
static bool installed[fatal_count];

static int signal_pipe[2] = {-1, -1};
static const int watched_signals[] = {SIGWINCH, SIGTSTP, SIGCONT};
static volatile sig_atomic_t end_requested;
enum { watched_count = sizeof watched_signals / sizeof *watched_signals };
static struct sigaction previous_watched[watched_count];

// Async-signal-safe from here to on_fatal_signal.

static void write_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes += written;
        count -= (size_t)written;
    }
}

static void write_text(int fd, const char *text) { write_all(fd, text, strlen(text)); }

static void restore_now(void) {
    if (!active) return;
    active = 0;
    signal(SIGTTOU, SIG_IGN);
    write_all(sx_output, restore_text, restore_length);
    tcsetattr(sx_input, TCSANOW, &saved_modes);
}

static const char *signal_name(int number) {
    switch (number) {
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    case SIGABRT: return "SIGABRT";
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    default: return "SIGFPE";
    }
}

static void on_fatal_signal(int number, siginfo_t *info, void *context) {
    (void)context;
    bool was_active = active;
    restore_now();
    int index = 0;
    while (index < fatal_count - 1 && fatal_signals[index] != number) index++;
    if (was_active && index < crash_count) {
        int fd = stderr_redirected ? saved_stderr : STDERR_FILENO;
        write_text(fd, program_name);
        write_text(fd, " crashed (");
        write_text(fd, signal_name(number));
        if (stderr_redirected && log_file[0]) {
            write_text(fd, "). What it said last is in ");
            write_text(fd, log_file);
            write_text(fd, "\n");
        } else {
            write_text(fd, ").\n");
        }
    }
    struct sigaction next = previous[index];
    if (index < crash_count && !(next.sa_flags & SA_SIGINFO) && next.sa_handler == SIG_IGN) next.sa_handler = SIG_DFL;
    sigaction(number, &next, NULL);
    // A faulting instruction runs again on return and then meets the previous handler with its own context.
    bool faults_again = info->si_code > 0
        && (number == SIGILL || number == SIGSEGV || number == SIGBUS || number == SIGFPE);
    if (faults_again) return;
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
    // The handler before ours told its story and returned: nothing faults again, so the end is up to us.
    signal(number, SIG_DFL);
    raise(number);
}

static void on_watched_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // When the pipe is full, enough signals wait in it already.
    ssize_t ignored = write(signal_pipe[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

// The first request to end is told, the second is obeyed at once.
static void on_end_request(int number, siginfo_t *info, void *context) {
    if (end_requested) {
        on_fatal_signal(number, info, context);
        return;
    }
    end_requested = 1;
    on_watched_signal(number);
}

static void copy_text(char *target, size_t capacity, const char *source) {
    size_t length = source ? strnlen(source, capacity - 1) : 0;
    if (length) memcpy(target, source, length);
    target[length] = 0;
}

// Appends a capability without its padding marks ($<5>).
static void append_capability(const char *text) {
    for (size_t i = 0; text && text[i] && restore_length < sizeof restore_text; i++) {
        if (text[i] == '$' && text[i + 1] == '<') {
            const char *end = strchr(text + i, '>');
            if (end) {
                i = (size_t)(end - text);
                continue;
            }
        }
        restore_text[restore_length++] = text[i];
    }
}

static void install_fatal(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < fatal_count; i++) {
        if (installed[i]) sigaction(fatal_signals[i], &action, NULL);
    }
}

void sx_restore_cover_thread(void) {
    static _Thread_local bool covered;
    if (covered) return;
    covered = true;
    enum { stack_size = 64 * 1024 };
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || !(stack.ss_flags & SS_DISABLE)) return;
    memset(&stack, 0, sizeof stack);
    // Lives as long as the thread may fault; there are a handful of these threads.
    stack.ss_sp = malloc(stack_size);
    stack.ss_size = stack_size;
    if (stack.ss_sp && sigaltstack(&stack, NULL) != 0) free(stack.ss_sp);
}

bool sx_restore_prepare(const char *program, const char *log_path) {
    if (tcgetattr(sx_input, &saved_modes) != 0) return false;
    copy_text(program_name, sizeof program_name, program);
    copy_text(log_file, sizeof log_file, log_path);
    for (int i = 0; i < fatal_count; i++) {
        sigaction(fatal_signals[i], NULL, &previous[i]);
        // Who asked to ignore or handle a request to end keeps that; a crash is always ours first.
        installed[i] = i < crash_count
            || (!(previous[i].sa_flags & SA_SIGINFO) && previous[i].sa_handler == SIG_DFL);
    }
    // Before ncurses puts handlers of its own.
    for (int i = 0; i < watched_count; i++) sigaction(watched_signals[i], NULL, &previous_watched[i]);
    static bool registered;
    if (!registered) registered = atexit(restore_now) == 0;
    sx_restore_cover_thread();
    return true;
}

void sx_restore_arm(const char *reset_attributes, const char *show_cursor, const char *leave_screen) {
    restore_length = 0;
    append_capability("\033[?2004l\033[?1006l\033[?1002l\033[?1000l");
    append_capability(reset_attributes);
    append_capability(show_cursor);
    append_capability(leave_screen);
    append_capability("\r");
    if (!leave_screen) append_capability("\n");
    install_fatal();
}

void sx_restore_set_active(bool is_active) { active = is_active; }

bool sx_restore_is_active(void) { return active; }

void sx_restore_modes(void) { tcsetattr(sx_input, TCSADRAIN, &saved_modes); }

void sx_restore_disarm(void) {
    for (int i = 0; i < fatal_count; i++) {
        struct sigaction now;
        if (!installed[i] || sigaction(fatal_signals[i], NULL, &now) != 0) continue;
        if ((now.sa_flags & SA_SIGINFO)
            && (now.sa_sigaction == on_fatal_signal || now.sa_sigaction == on_end_request)) {
            sigaction(fatal_signals[i], &previous[i], NULL);
        }
        installed[i] = false;
    }
    for (int i = 0; i < watched_count; i++) sigaction(watched_signals[i], &previous_watched[i], NULL);
}

void sx_stderr_redirect(void) {
    if (stderr_redirected || !isatty(STDERR_FILENO)) return;
    int target = -1;
    if (log_file[0]) target = open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (target < 0) {
        log_file[0] = 0;
        target = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    if (target < 0) return;
    saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved_stderr >= 0 && dup2(target, STDERR_FILENO) >= 0) stderr_redirected = 1;
    close(target);
}

void sx_stderr_restore(void) {
    if (!stderr_redirected) return;
    stderr_redirected = 0;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    saved_stderr = -1;
}

int sx_signal_pipe(void) {
    if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_watched_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < watched_count; i++) {
        sigaction(watched_signals[i], &action, NULL);
    }
    action.sa_sigaction = on_end_request;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    end_requested = 0;
    for (int i = crash_count; i < fatal_count; i++) {
        if (installed[i]) sigaction(fatal_signals[i], &action, NULL);
    }
    return signal_pipe[0];
}

void sx_stop_group(void) {
    struct sigaction action, ours;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    // The others first, then this thread: raise() returns only after we were continued.
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &ours);
    kill(0, SIGTSTP);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, NULL);
    // Threads that serve queues block most signals.
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &ours, NULL);
}
