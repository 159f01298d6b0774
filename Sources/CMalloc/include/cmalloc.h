// What Swift's Glibc module leaves out of malloc.h.
#pragma once

// Gives free memory back to the system (malloc_trim(3)).
void cmalloc_trim(void);
// Keeps the number of arenas at most this (M_ARENA_MAX of mallopt(3)); before the first thread is started.
void cmalloc_limit_arenas(int count);
