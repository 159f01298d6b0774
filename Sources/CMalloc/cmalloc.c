#include "cmalloc.h"

#include <malloc.h>

void cmalloc_trim(void) { malloc_trim(0); }
void cmalloc_limit_arenas(int count) { mallopt(M_ARENA_MAX, count); }
