#pragma once
#include <stdbool.h>

// The tty, set by sx_open.
extern int sx_input;
extern int sx_output;

// restore.c: the tty as it was, whatever happens to the process.

// Remembers the tty's modes, installs the handlers for fatal signals and atexit. Call before ncurses opens.
bool sx_restore_prepare(const char *program, const char *log_path);
// Composes what a crash writes from the terminal's description, and puts our handlers over those of ncurses.
void sx_restore_arm(const char *reset_attributes, const char *show_cursor, const char *leave_screen);
// Gives this thread a stack for the handlers, so that a stack overflow restores the tty as well.
void sx_restore_cover_thread(void);
// From here on the tty is ours / not ours.
void sx_restore_set_active(bool active);
bool sx_restore_is_active(void);
// Puts the remembered modes back.
void sx_restore_modes(void);
// Removes the handlers.
void sx_restore_disarm(void);

// Points fd 2 at the log while the screen is ours.
void sx_stderr_redirect(void);
void sx_stderr_restore(void);
