#define NCURSES_WIDECHAR 1
#define _GNU_SOURCE
#include "ccurses.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *sx_screen;
static struct termios shell_modes;
static volatile sig_atomic_t is_open;
static int kept_stderr = -1;
static int signal_pipe[2] = {-1, -1};

// Mouse presses and wheel in SGR form, bracketed paste.
static const char modes_on[] = "\033[?1000h\033[?1006h\033[?2004h";
static const char modes_off[] = "\033[?2004l\033[?1006l\033[?1000l";
// What a crash sends; made in sx_open, because terminfo may not be asked in a signal handler.
static char crash_text[256];
static size_t crash_length;

static void write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = write(fd, bytes, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        bytes += count;
        length -= (size_t)count;
    }
}

static void append_crash_text(const char *text) {
    if (text == NULL || text == (const char *)-1) return;
    size_t length = strlen(text);
    if (crash_length + length > sizeof crash_text) return;
    memcpy(crash_text + crash_length, text, length);
    crash_length += length;
}

int sx_locale_is_utf8(void) {
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 1;
    // The C locale is nobody's choice; any other one that is not UTF-8 is.
    const char *name = setlocale(LC_CTYPE, NULL);
    if (name != NULL && (strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)) {
        const char *all = getenv("LC_ALL");
        const char *ctype = getenv("LC_CTYPE");
        const char *lang = getenv("LANG");
        int is_chosen = (all && *all) || (ctype && *ctype) || (lang && *lang);
        if (!is_chosen && setlocale(LC_CTYPE, "C.UTF-8") != NULL) return 1;
    }
    return 0;
}

static void set_modes(void) {
    raw();
    noecho();
    nonl();
    keypad(stdscr, FALSE);
    intrflush(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    write_all(STDOUT_FILENO, modes_on, sizeof modes_on - 1);
}

int sx_open(const char *term) {
    tcgetattr(STDIN_FILENO, &shell_modes);
    sx_screen = newterm(term, stdout, stdin);
    if (sx_screen == NULL) return -1;
    set_term(sx_screen);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    crash_length = 0;
    append_crash_text(modes_off);
    append_crash_text(tigetstr("sgr0"));
    append_crash_text(tigetstr("cnorm"));
    append_crash_text(tigetstr("rmcup"));
    append_crash_text(tigetstr("rmkx"));
    is_open = 1;
    set_modes();
    return 0;
}

int sx_colours(void) { return has_colors() ? COLORS : 0; }

// The pair of two colours; pairs are made when they are first used.
static short pair_of(int foreground, int background) {
    static struct { short foreground, background; } pairs[256];
    static short count = 1;
    if ((foreground < 0 && background < 0) || !has_colors()) return 0;
    for (short i = 1; i < count; i++) {
        if (pairs[i].foreground == foreground && pairs[i].background == background) return i;
    }
    if (count >= 256 || count >= COLOR_PAIRS) return 0;
    pairs[count].foreground = (short)foreground;
    pairs[count].background = (short)background;
    init_pair(count, (short)foreground, (short)background);
    return count++;
}

void sx_put(int row, int column, const char *text, int length, int attributes, int foreground, int background) {
    attr_t attribute = A_NORMAL;
    if (attributes & SX_BOLD) attribute |= A_BOLD;
    if (attributes & SX_DIM) attribute |= A_DIM;
    if (attributes & SX_UNDERLINE) attribute |= A_UNDERLINE;
    if (attributes & SX_REVERSE) attribute |= A_REVERSE;
    if (attributes & SX_ITALIC) attribute |= A_ITALIC;
    attr_set(attribute, pair_of(foreground, background), NULL);
    mvaddnstr(row, column, text, length);
}

int sx_width(unsigned character) { return wcwidth((wchar_t)character); }

void sx_cursor(int row, int column) {
    if (row < 0) {
        curs_set(0);
    } else {
        curs_set(1);
        move(row, column);
    }
}

void sx_refresh(void) { refresh(); }
void sx_forget(void) { clearok(curscr, TRUE); }
void sx_resize(int height, int width) { resizeterm(height, width); }

int sx_size(int *height, int *width) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return -1;
    *height = size.ws_row;
    *width = size.ws_col;
    return 0;
}

void sx_send(const char *bytes, int length) {
    fflush(stdout);
    write_all(STDOUT_FILENO, bytes, (size_t)length);
}

void sx_leave(void) {
    write_all(STDOUT_FILENO, modes_off, sizeof modes_off - 1);
    curs_set(1);
    endwin();
    is_open = 0;
}

void sx_resume(void) {
    is_open = 1;
    clearok(curscr, TRUE);
    refresh();
    set_modes();
}

void sx_close(void) {
    if (!is_open) return;
    sx_leave();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &shell_modes);
}

int sx_redirect_stderr(const char *path) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    kept_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int result = dup2(fd, STDERR_FILENO);
    close(fd);
    return result < 0 ? -1 : 0;
}

void sx_restore_stderr(void) {
    if (kept_stderr < 0) return;
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    kept_stderr = -1;
}

// Restores the terminal with async-signal-safe calls only, then lets the signal do what it does by default.
static void crashed(int number) {
    if (is_open) {
        is_open = 0;
        write_all(STDOUT_FILENO, crash_text, crash_length);
        tcsetattr(STDIN_FILENO, TCSANOW, &shell_modes);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void noted(int number) {
    int saved = errno;
    char byte = (char)number;
    if (write(signal_pipe[1], &byte, 1) < 0) {
        // The pipe is full: enough signals wait in it already.
    }
    errno = saved;
}

int sx_watch_signals(void) {
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = crashed;
    const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, NULL);
    action.sa_handler = noted;
    action.sa_flags = SA_RESTART;
    const int watched[] = {SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGCONT};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) sigaction(watched[i], &action, NULL);
    return signal_pipe[0];
}

void sx_stop(void) { kill(0, SIGTSTP); }
