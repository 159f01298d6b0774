#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "internal.h"
#include "include/ccurses.h"

#include <curses.h>
#include <term.h>
// term.h takes the word for itself.
#undef columns

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static FILE *input_stream;
static FILE *output_stream;
static bool has_colour;
static int cursor_shown;
static const char modes_on[] = "\033[?1000h\033[?1002h\033[?1006h\033[?2004h";
static const char modes_off[] = "\033[?2004l\033[?1006l\033[?1002l\033[?1000l";

static bool wants_utf8(void) {
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return true;
}

bool sx_set_locale(void) {
    if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
    return wants_utf8() && setlocale(LC_CTYPE, "C.UTF-8");
}

int sx_scalar_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

bool sx_is_tty(int input, int output) { return isatty(input) && isatty(output); }

bool sx_window_size(int *columns, int *rows) {
    struct winsize size;
    if (ioctl(sx_output, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

static const char *capability(const char *name) {
    const char *text = tigetstr(name);
    return text == (const char *)-1 ? NULL : text;
}

// Whether ncurses can work with that type, without touching the tty.
static enum sx_open_result check_type(const char *type) {
    int status = 0;
    if (setupterm(type, sx_output, &status) != OK) return status == 1 ? sx_open_unusable_type : sx_open_unknown_type;
    enum sx_open_result result = capability("cup") ? sx_open_ok : sx_open_unusable_type;
    del_curterm(cur_term);
    return result;
}

static FILE *open_stream(int fd, const char *mode) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    FILE *stream = copy < 0 ? NULL : fdopen(copy, mode);
    if (!stream && copy >= 0) close(copy);
    return stream;
}

static void close_streams(void) {
    if (input_stream) fclose(input_stream);
    if (output_stream) fclose(output_stream);
    input_stream = NULL;
    output_stream = NULL;
}

enum sx_open_result sx_open(int input, int output, const char *type, const char *log_path, const char *program) {
    if (screen) return sx_open_failed;
    sx_input = input;
    sx_output = output;
    enum sx_open_result result = check_type(type);
    if (result != sx_open_ok) return result;
    // Left nonblocking by another program, a large paint would be cut short.
    int flags = fcntl(sx_output, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK)) fcntl(sx_output, F_SETFL, flags & ~O_NONBLOCK);
    if (!sx_restore_prepare(program, log_path)) return sx_open_failed;
    use_env(FALSE);
    use_tioctl(TRUE);
    // Streams of our own: ncurses only takes their descriptors, and closing them leaves the caller's open.
    input_stream = open_stream(input, "r");
    output_stream = open_stream(output, "w");
    if (input_stream && output_stream) screen = newterm(type, output_stream, input_stream);
    if (!screen) {
        close_streams();
        return sx_open_failed;
    }
    sx_restore_arm(capability("sgr0"), capability("cnorm"), capability("rmcup"));
    sx_restore_set_active(true);
    set_term(screen);
    raw();
    noecho();
    nonl();
    keypad(stdscr, FALSE);
    meta(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    idlok(stdscr, FALSE);
    // A waiting key must not cut a paint short.
    typeahead(-1);
    has_colour = has_colors() && start_color() == OK && use_default_colors() == OK;
    curs_set(0);
    cursor_shown = 0;
    sx_stderr_redirect();
    sx_write((const uint8_t *)modes_on, sizeof modes_on - 1);
    return sx_open_ok;
}

int sx_colours(void) { return screen && has_colour ? COLORS : 0; }

void sx_leave(void) {
    if (!screen || isendwin()) return;
    sx_write((const uint8_t *)modes_off, sizeof modes_off - 1);
    endwin();
    sx_restore_modes();
    sx_stderr_restore();
    sx_restore_set_active(false);
}

void sx_retake(void) {
    if (!screen || isendwin()) return;
    reset_prog_mode();
    sx_write((const uint8_t *)modes_on, sizeof modes_on - 1);
    clearok(curscr, TRUE);
}

void sx_enter(void) {
    if (!screen) return;
    sx_restore_set_active(true);
    sx_stderr_redirect();
    // The first refresh after endwin() takes the screen again.
    clearok(curscr, TRUE);
    refresh();
    curs_set(0);
    cursor_shown = 0;
    sx_retake();
}

void sx_close(void) {
    if (!screen) return;
    sx_leave();
    sx_restore_disarm();
    delscreen(screen);
    screen = NULL;
    close_streams();
}

static attr_t attributes_of(unsigned attributes) {
    attr_t result = A_NORMAL;
    if (attributes & sx_bold) result |= A_BOLD;
    if (attributes & sx_dim) result |= A_DIM;
    if (attributes & sx_underline) result |= A_UNDERLINE;
    if (attributes & sx_reverse) result |= A_REVERSE;
    if (attributes & sx_italic) result |= A_ITALIC;
    return result;
}

static int pair_of(int foreground, int background) {
    if (!has_colour || (foreground < 0 && background < 0)) return 0;
    int pair = alloc_pair(foreground, background);
    return pair < 0 ? 0 : pair;
}

void sx_put_ascii(int row, int column, const uint8_t *bytes, int count, unsigned attributes, int foreground, int background) {
    if (!screen || wmove(stdscr, row, column) == ERR) return;
    attr_t look = attributes_of(attributes);
    int pair = pair_of(foreground, background);
    cchar_t cells[128];
    while (count > 0) {
        int length = count < 128 ? count : 128;
        for (int i = 0; i < length; i++) {
            wchar_t text[2] = {bytes[i], 0};
            setcchar(&cells[i], text, look, 0, &pair);
        }
        mvwadd_wchnstr(stdscr, row, column, cells, length);
        bytes += length;
        column += length;
        count -= length;
    }
}

void sx_put_scalars(int row, int column, const uint32_t *scalars, int count, unsigned attributes, int foreground, int background) {
    if (!screen || count <= 0) return;
    wchar_t text[CCHARW_MAX + 1];
    int length = count < CCHARW_MAX ? count : CCHARW_MAX;
    for (int i = 0; i < length; i++) text[i] = (wchar_t)scalars[i];
    text[length] = 0;
    int pair = pair_of(foreground, background);
    cchar_t cell;
    if (setcchar(&cell, text, attributes_of(attributes), 0, &pair) == OK) mvwadd_wchnstr(stdscr, row, column, &cell, 1);
}

void sx_refresh(int row, int column) {
    // While a crash is being told, other threads still run: they may not draw over it.
    if (!screen || isendwin() || !sx_restore_is_active()) return;
    // The main actor moves between threads.
    sx_restore_cover_thread();
    int shown = row >= 0;
    // Hidden before and shown after the text, so that it never runs across the screen.
    if (!shown && cursor_shown) curs_set(0);
    if (shown) wmove(stdscr, row, column);
    wrefresh(stdscr);
    if (shown && !cursor_shown) curs_set(1);
    cursor_shown = shown;
}

void sx_resize(int columns, int rows) {
    if (screen) resizeterm(rows, columns);
}

long sx_read(uint8_t *buffer, size_t capacity) {
    struct pollfd ready = {.fd = sx_input, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0) return 0;
    if (!(ready.revents & POLLIN)) return -1;
    ssize_t count = read(sx_input, buffer, capacity);
    if (count > 0) return count;
    return count < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}

bool sx_write(const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(sx_output, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

extern char **environ;

bool sx_feed(const char *program, const char *const *arguments, const uint8_t *input, size_t count) {
    // The one before has ended long ago.
    static pid_t child;
    if (child > 0 && waitpid(child, NULL, WNOHANG) != 0) child = 0;
    int fd = memfd_create("sextant", MFD_CLOEXEC);
    if (fd < 0) return false;
    bool written = true;
    for (size_t sent = 0; written && sent < count;) {
        ssize_t step = write(fd, input + sent, count - sent);
        written = step > 0;
        if (written) sent += (size_t)step;
    }
    bool started = false;
    pid_t next = 0;
    posix_spawn_file_actions_t actions;
    if (written && lseek(fd, 0, SEEK_SET) == 0 && posix_spawn_file_actions_init(&actions) == 0) {
        posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        started = posix_spawnp(&next, program, &actions, NULL, (char *const *)arguments, environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(fd);
    if (started) child = next;
    return started;
}
