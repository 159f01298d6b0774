// Plain functions over ncursesw: no macros, no globals, no variable arguments. One screen a process, one thread.
#pragma once

// Attributes of a text, to be combined.
enum {
    SX_BOLD = 1,
    SX_DIM = 2,
    SX_UNDERLINE = 4,
    SX_REVERSE = 8,
    SX_ITALIC = 16,
};

// Opens the screen on the terminal `term` (terminfo name). 0, or -1 when terminfo does not know it.
int sx_open(const char *term);
// Whether the locale is UTF-8; tries C.UTF-8 when the environment's is not. To be called before sx_open.
int sx_locale_is_utf8(void);
// Colours the terminal has: 0, 8, 16, 256 or more.
int sx_colours(void);
// Writes UTF-8 text at a cell; foreground and background are colour numbers, -1 for the terminal's own.
void sx_put(int row, int column, const char *text, int length, int attributes, int foreground, int background);
// Cells that the C library gives a character; -1 for one it does not know.
int sx_width(unsigned character);
// Shows the text cursor at a cell, or hides it when `row` is negative. Takes effect with the next refresh.
void sx_cursor(int row, int column);
// Sends what changed to the terminal.
void sx_refresh(void);
// Forgets what is on the terminal: the next refresh sends everything.
void sx_forget(void);
// Tells ncurses the size.
void sx_resize(int rows, int columns);
// The terminal's size now; 0, or -1 when it is no terminal.
int sx_size(int *rows, int *columns);
// Sends bytes to the terminal, behind what was refreshed.
void sx_send(const char *bytes, int length);
// Gives the terminal back to the shell; sx_resume takes it again.
void sx_leave(void);
void sx_resume(void);
// Leaves for good.
void sx_close(void);
// Sends fd 2 to the file `path` from now on; sx_restore_stderr takes it back. 0, or -1.
int sx_redirect_stderr(const char *path);
void sx_restore_stderr(void);
// From now on a crash (SIGSEGV, SIGILL, SIGTRAP, ...) restores the terminal first; SIGTERM, SIGHUP, SIGINT, SIGWINCH and
// SIGCONT are written, a byte each, to the pipe whose reading end is returned; -1 when there is none.
int sx_watch_signals(void);
// Stops this process group as Ctrl-Z does in other programs, and returns when it goes on.
void sx_stop(void);
