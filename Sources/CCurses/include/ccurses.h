#pragma once
// Plain functions over ncursesw and the tty, for one terminal a process: no macros, globals or varargs.
// All but the signal handlers inside belong to one thread at a time.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Results of sx_open.
enum sx_open_result {
    sx_open_ok = 0,
    sx_open_unknown_type = 1,   // no terminal description of that name
    sx_open_unusable_type = 2,  // it cannot place text (no cursor addressing)
    sx_open_failed = 3,         // ncurses or the tty refused
};

// Attributes of sx_put_*; combined with |.
enum sx_attribute {
    sx_bold = 1,
    sx_dim = 2,
    sx_underline = 4,
    sx_reverse = 8,
    sx_italic = 16,
};

// Takes the character type from the environment's locale; one that wants UTF-8 or nothing, but is not installed, becomes
// C.UTF-8. Whether it is UTF-8 now.
bool sx_set_locale(void);
// Columns of a scalar in that locale: -1 not printable, 0 combining, 1 or 2.
int sx_scalar_width(uint32_t scalar);

// Whether both are terminals.
bool sx_is_tty(int input, int output);
// The window's size; false when the tty does not know.
bool sx_window_size(int *columns, int *rows);

// Opens the screen: alternate screen, raw, own keys, hidden cursor, mouse and bracketed paste on. Remembers how the tty
// was, and arranges that it is so again after exit() or a signal that ends the process.
// `input` and `output` are descriptors of the tty, which stay the caller's and are not set to nonblocking.
// `log_path` (or NULL) gets fd 2 while the screen is open, if fd 2 is a terminal; `program` names us in a last message.
enum sx_open_result sx_open(int input, int output, const char *type, const char *log_path, const char *program);
// Colours that can be shown at once with the terminal's own as background; 0 for none.
int sx_colours(void);
// Gives the terminal back as it was, for a while.
void sx_leave(void);
// Takes it again.
void sx_enter(void);
// Gives it back for good. Does nothing when it is not open.
void sx_close(void);

// Puts `count` printable ASCII bytes at a place inside the screen; a colour of -1 is the terminal's own.
void sx_put_ascii(int row, int column, const uint8_t *bytes, int count, unsigned attributes, int foreground, int background);
// Puts one character: a base scalar and up to four combining ones.
void sx_put_scalars(int row, int column, const uint32_t *scalars, int count, unsigned attributes, int foreground, int background);
// Sends what changed, with the cursor at a place, or hidden when `row` is negative.
void sx_refresh(int row, int column);
// Sets the tty's modes again and has the next refresh send everything: another program may have had the terminal.
void sx_retake(void);
void sx_resize(int columns, int rows);

// Reads what the keyboard has sent without waiting: the count, 0 when there is nothing, -1 when the tty is gone.
long sx_read(uint8_t *buffer, size_t capacity);
// Writes all bytes to the tty, outside ncurses; false when it is gone.
bool sx_write(const uint8_t *bytes, size_t count);

// A nonblocking pipe that gets one byte, the signal's number, for each SIGWINCH, SIGTSTP, SIGCONT and the first of SIGTERM,
// SIGHUP, SIGINT and SIGQUIT; the second of these ends the process. -1 on failure. Those that were ignored stay so.
int sx_signal_pipe(void);
// Stops our process group as Ctrl-Z does; returns when it is continued.
void sx_stop_group(void);

// Runs a program found in PATH with `input` as its standard input and no output, without waiting for it;
// false when it cannot be started. `arguments` end with NULL.
bool sx_feed(const char *program, const char *const *arguments, const uint8_t *input, size_t count);
